/** Token expiry notices: the last text of a placeholder before the interaction's token expires. */
import type { Clock } from '../../../system/ports.ts'

/** The time for one more edit, including a rate limit's wait. */
const beforeMs = 45_000

export class TokenExpiryNotices {
  readonly #clock: Clock
  /** The cancel functions of the timers, by job. */
  readonly #timers = new Map<string, () => void>()
  /** Jobs whose notice was due; progress may not overwrite it. */
  readonly #notified = new Set<string>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Calls `notify` once, shortly before `untilMs` on the wall clock, unless the job is forgotten by then. */
  before(untilMs: number, jobId: string, notify: () => void): void {
    if (this.#timers.has(jobId) || this.#notified.has(jobId)) return
    const stop = this.#clock.after(Math.max(0, untilMs - beforeMs - this.#clock.now()), () => {
      this.#timers.delete(jobId)
      this.#notified.add(jobId)
      notify()
    })
    this.#timers.set(jobId, stop)
  }

  isNotified(jobId: string): boolean {
    return this.#notified.has(jobId)
  }

  forget(jobId: string): void {
    this.#timers.get(jobId)?.()
    this.#timers.delete(jobId)
    this.#notified.delete(jobId)
  }

  stop(): void {
    for (const jobId of [...this.#timers.keys()]) this.forget(jobId)
  }
}
