/** When each waiting job may start, and when it expires, on the monotonic clock. */
import type { Clock } from '../../../system/ports.ts'
import type { QueuedJob } from '../job-store.ts'

export class JobTimes {
  readonly #clock: Clock
  readonly #maxWaitMs: number
  readonly #mayStartMs = new Map<string, number>()
  readonly #expiresMs = new Map<string, number>()

  /** `maxWaitMs`: 0 for no limit. */
  constructor(clock: Clock, maxWaitMs: number) {
    this.#clock = clock
    this.#maxWaitMs = maxWaitMs
  }

  /** The wait of a returned job continues. */
  add({ jobId, waitedMs }: QueuedJob): void {
    if (this.#maxWaitMs === 0 || this.#expiresMs.has(jobId)) return
    this.#expiresMs.set(jobId, this.#clock.monotonicMs() + this.#maxWaitMs - waitedMs)
  }

  /** The job may not start before `delayMs` have passed. */
  delay(jobId: string, delayMs: number): void {
    this.#mayStartMs.set(jobId, this.#clock.monotonicMs() + delayMs)
  }

  mayStart({ jobId }: QueuedJob): boolean {
    return (this.#mayStartMs.get(jobId) ?? 0) <= this.#clock.monotonicMs()
  }

  hasExpired({ jobId }: QueuedJob): boolean {
    return (this.#expiresMs.get(jobId) ?? Number.POSITIVE_INFINITY) <= this.#clock.monotonicMs()
  }

  /** The job started. Its wait continues only if it returns to the queue. */
  recordStart(jobId: string): void {
    this.#mayStartMs.delete(jobId)
  }

  /** The job has left the queue. */
  remove(jobId: string): void {
    this.#mayStartMs.delete(jobId)
    this.#expiresMs.delete(jobId)
  }
}
