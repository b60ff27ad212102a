/**
 * The queued jobs in memory, as the scheduler wants them: the database's queue, seen through the one process that owns
 * it. It changes only after the database did.
 */
import { Lane } from './lane.ts'
import type { Pick } from './scheduler.ts'
import type { Waiting } from './store.ts'

export class WaitingLine {
  /** By priority; a higher one is served first altogether. */
  readonly #lanes = new Map<number, Lane>()
  readonly #jobs = new Map<string, Waiting>()
  /** Grows with every change, so that whoever derives something from the line knows when it is stale. */
  #version = 0

  get version(): number {
    return this.#version
  }

  get length(): number {
    return this.#jobs.size
  }

  jobs(): Iterable<Waiting> {
    return this.#jobs.values()
  }

  add(job: Waiting): void {
    if (this.#jobs.has(job.jobId)) return
    this.#jobs.set(job.jobId, job)
    this.#lane(job).add(job)
    this.#version += 1
  }

  remove(jobId: string): boolean {
    const job = this.#jobs.get(jobId)
    if (!job) return false
    this.#jobs.delete(jobId)
    this.#lane(job).remove(job)
    this.#version += 1
    return true
  }

  next(warm: ReadonlySet<string>, mayStart: (job: Waiting) => boolean): Pick | undefined {
    for (const lane of this.#lanesInOrder()) {
      const pick = lane.next(warm, mayStart)
      if (pick) return pick
    }
    return undefined
  }

  /** Takes a picked job out of the line and counts it as its person's turn. */
  serve(pick: Pick): void {
    this.#jobs.delete(pick.job.jobId)
    this.#lane(pick.job).serve(pick)
    this.#version += 1
  }

  order(warm: ReadonlySet<string>): Waiting[] {
    return this.#lanesInOrder().flatMap(lane => lane.order(warm).map(({ job }) => job))
  }

  /** 1 is next; undefined for a job that does not wait. */
  place(jobId: string, warm: ReadonlySet<string>): number | undefined {
    const job = this.#jobs.get(jobId)
    if (!job) return undefined
    let before = 0
    for (const lane of this.#lanesInOrder()) {
      if (lane === this.#lane(job)) return before + lane.place(job, warm) + 1
      before += lane.order(warm).length
    }
    return undefined
  }

  #lane({ priority }: Waiting): Lane {
    const lane = this.#lanes.get(priority) ?? new Lane()
    this.#lanes.set(priority, lane)
    return lane
  }

  #lanesInOrder(): Lane[] {
    return [...this.#lanes].sort(([a], [b]) => b - a).map(([, lane]) => lane)
  }
}
