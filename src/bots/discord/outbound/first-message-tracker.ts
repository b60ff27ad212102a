/** Whether people can see already that they were heard: what was posted for which job, and who waits to hear of it. */
import type { Clock } from '../../../ports.ts'

const mostRemembered = 1000

export class Openings {
  readonly #clock: Clock
  /** Jobs with their first message, oldest first. */
  readonly #done = new Set<string>()
  readonly #waiting = new Map<string, () => void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  done(jobId: string): void {
    this.#done.add(jobId)
    this.#waiting.get(jobId)?.()
    const oldest = this.#done.keys().next()
    if (this.#done.size > mostRemembered && !oldest.done) this.#done.delete(oldest.value)
  }

  /** True as soon as the job has its first message; false where that takes longer than `patienceMs`. */
  async within(patienceMs: number, jobId: string): Promise<boolean> {
    if (this.#done.has(jobId)) return true
    let stop = () => {}
    await new Promise<void>(resolve => {
      this.#waiting.set(jobId, resolve)
      stop = this.#clock.after(patienceMs, resolve)
    })
    stop()
    this.#waiting.delete(jobId)
    return this.#done.has(jobId)
  }

  /** Nobody waits any longer. */
  close(): void {
    for (const resolve of this.#waiting.values()) resolve()
  }
}
