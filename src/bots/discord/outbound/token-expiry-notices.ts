/** Last words before an interaction's token dies: without them a placeholder would seem to be under way for ever. */
import type { Clock } from '../../../ports.ts'

/** Time enough for one more edit, also after a rate limit's wait. */
const beforeMs = 45_000

export class Farewells {
  readonly #clock: Clock
  /** By job; what ends the wait. */
  readonly #timers = new Map<string, () => void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Calls `say` shortly before `untilMs` on the wall clock, unless the job is forgotten by then. */
  before(untilMs: number, jobId: string, say: () => void): void {
    this.forget(jobId)
    const stop = this.#clock.after(Math.max(0, untilMs - beforeMs - this.#clock.now()), () => {
      this.#timers.delete(jobId)
      say()
    })
    this.#timers.set(jobId, stop)
  }

  forget(jobId: string): void {
    this.#timers.get(jobId)?.()
    this.#timers.delete(jobId)
  }

  stop(): void {
    for (const jobId of [...this.#timers.keys()]) this.forget(jobId)
  }
}
