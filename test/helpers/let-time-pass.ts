/** Waiting for work that may itself wait on a fake clock: rate limits, time limits, retries. */
import type { FakeClock } from '../fakes/fake-clock.ts'
import { realClock } from '../fakes/real-clock.ts'

export interface Passing {
  /** Real time, after which the work is taken to wait for the fake clock. */
  graceMs?: number
  /** Fake time that passes at once. */
  stepMs?: number
}

/** Resolves or rejects as the work does. */
export async function letTimePass<T>(
  work: Promise<T>,
  clock: FakeClock,
  { graceMs = 3000, stepMs = 50 }: Passing = {},
): Promise<T> {
  let isSettled = false
  const settled = Promise.allSettled([work]).then(() => {
    isSettled = true
  })
  await Promise.race([settled, grace(graceMs, settled)])
  while (!isSettled) {
    clock.advance(stepMs)
    await new Promise<void>(resolve => realClock.after(2, resolve))
  }
  return work
}

/** Its timer ends with the work. */
function grace(ms: number, settled: Promise<void>): Promise<void> {
  return new Promise(resolve => {
    const cancel = realClock.after(ms, resolve)
    void settled.then(cancel)
  })
}
