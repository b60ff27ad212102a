/** The pool's queue in memory, with the database's rules: a claim is guarded by its attempt, and a result counts once. */
import type { Claim, Ending, JobStore, QueuedJob } from '../../src/engine/jobs/job-store.ts'
import { type CountMemory, countNothing, jobSizeOf } from '../../src/engine/jobs/times/job-size.ts'
import type { WorkOrder } from '../../src/engine/work-order.ts'
import { Signal } from './remote/remote-pair.ts'

interface Row {
  state: 'queued' | 'running' | Ending['state']
  attempt: number
  failures: number
  crashes: number
  readonly order: WorkOrder
  readonly seq: number
  picture?: Uint8Array
}

export class MemoryJobStore implements JobStore {
  readonly rows = new Map<string, Row>()
  readonly done = new Signal(0)
  readonly #countMemory: CountMemory
  #life = 0
  /** Results of claims that were not the job's own any more. */
  refused = 0

  constructor(countMemory = countNothing) {
    this.#countMemory = countMemory
  }

  add(jobId: string, order: WorkOrder): QueuedJob {
    const row: Row = { state: 'queued', attempt: 0, failures: 0, crashes: 0, order, seq: this.rows.size }
    this.rows.set(jobId, row)
    return waitingOf(jobId, row, this.#countMemory)
  }

  /** As one process sees it: after the next recovery that process is dead, and writes nothing. */
  inProcess(): JobStore {
    const life = this.#life
    const lives = () => life === this.#life
    return {
      queuedJobs: () => this.queuedJobs(),
      claim: async jobId => (lives() ? this.claim(jobId) : undefined),
      sources: () => this.sources(),
      end: async (claim, ending) => (lives() ? this.end(claim, ending) : undefined),
      expire: () => this.expire(),
    }
  }

  /** As at the start after a crash: what ran waits again. */
  recover(): void {
    this.#life += 1
    for (const row of this.rows.values()) if (row.state === 'running') row.state = 'queued'
  }

  queuedJobs(): QueuedJob[] {
    return [...this.rows]
      .filter(([, { state }]) => state === 'queued')
      .map(([id, row]) => waitingOf(id, row, this.#countMemory))
  }

  async claim(jobId: string): Promise<Claim | undefined> {
    const row = this.rows.get(jobId)
    if (row?.state !== 'queued') return undefined
    row.state = 'running'
    row.attempt += 1
    const { attempt, failures, crashes, order } = row
    return { jobId, attempt, failures, crashes, order }
  }

  async sources(): Promise<Record<string, Uint8Array>> {
    return {}
  }

  async end({ jobId, attempt }: Claim, ending: Ending): Promise<Ending | undefined> {
    const row = this.rows.get(jobId)
    if (row?.state !== 'running' || row.attempt !== attempt) {
      this.refused += 1
      return undefined
    }
    row.state = ending.state
    if ('failures' in ending) Object.assign(row, { failures: ending.failures, crashes: ending.crashes })
    if (ending.state === 'done') {
      row.picture = Uint8Array.from(ending.pictures[0]?.bytes ?? [])
      this.done.set(this.done.value + 1)
    }
    return ending
  }

  async expire(): Promise<boolean> {
    return false
  }
}

function waitingOf(jobId: string, { order, seq }: Row, countMemory: CountMemory): QueuedJob {
  return { jobId, personId: 1, priority: 0, seq, waitedMs: 0, ...jobSizeOf(order, countMemory) }
}
