/** Waits for work up to a time limit. */
import type { Clock } from './ports.ts'

/** Resolves when the work has settled, and at the latest after `limitMs`. */
export async function within(clock: Clock, limitMs: number, work: Promise<unknown>): Promise<void> {
  let stop = () => {}
  const limit = new Promise<void>(resolve => {
    stop = clock.after(limitMs, resolve)
  })
  await Promise.race([work.catch(() => {}), limit])
  stop()
}
