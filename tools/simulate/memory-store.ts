/** The durable queue's interface over memory: for days whose jobs are too many for a disk. */
import type { Claim, Ending, JobStore, QueuedJob } from '../../src/engine/jobs/job-store.ts'
import type { WorkOrder } from '../../src/engine/work-order.ts'

export class MemoryStore implements JobStore {
  /** The orders of jobs that have not ended. */
  readonly #orders = new Map<string, WorkOrder>()
  readonly #onClaim: (jobId: string) => void
  readonly #onDone: (jobId: string) => void

  constructor(events: { onClaim: (jobId: string) => void; onDone: (jobId: string) => void }) {
    this.#onClaim = events.onClaim
    this.#onDone = events.onDone
  }

  add(jobId: string, order: WorkOrder): void {
    this.#orders.set(jobId, order)
  }

  queuedJobs(): QueuedJob[] {
    return []
  }

  async claim(jobId: string): Promise<Claim | undefined> {
    const order = this.#orders.get(jobId)
    if (!order) return undefined
    this.#onClaim(jobId)
    return { jobId, order, attempt: 1, failures: 0, crashes: 0 }
  }

  async sources(): Promise<Record<string, Uint8Array>> {
    return {}
  }

  async end({ jobId }: Claim, ending: Ending): Promise<Ending> {
    if (ending.state !== 'done') throw new Error(`a simulated job ended as ${ending.state}`)
    this.#orders.delete(jobId)
    this.#onDone(jobId)
    return ending
  }

  async expire(): Promise<boolean> {
    return false
  }
}
