/** Gives up queued jobs that waited too long, once a minute. */
import type { Logger } from '../../system/ports.ts'
import type { JobStore, QueuedJob } from './job-store.ts'
import type { Timers } from './timers.ts'

const sweepMs = 60_000

export interface ExpiryParts {
  store: Pick<JobStore, 'expire'>
  timers: Timers
  log: Logger
  /** 0: jobs never expire. */
  maxWaitMs: number
  expired: () => QueuedJob[]
  /** The job is not queued any more. */
  onExpired: (jobId: string) => void
}

export class ExpirySweep {
  readonly #parts: ExpiryParts

  constructor(parts: ExpiryParts) {
    this.#parts = parts
  }

  start(): void {
    const { expired, log, maxWaitMs, timers } = this.#parts
    for (const { jobId } of expired()) {
      this.#expire(jobId).catch(error =>
        log.error({ jobId, error: String(error) }, 'a job could not be expired'),
      )
    }
    if (maxWaitMs > 0) timers.after(sweepMs, () => this.start())
  }

  async #expire(jobId: string): Promise<void> {
    const { store, onExpired } = this.#parts
    if (await store.expire(jobId)) onExpired(jobId)
  }
}
