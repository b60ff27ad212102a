/**
 * The queued jobs in memory, in their fair order: a copy of the database's queue in the process that owns it. It changes only
 * after the database.
 */
import type { Candidate } from './fair-order.ts'
import { FairQueue } from './fair-queue.ts'
import type { QueuedJob } from './job-store.ts'
import { WaitingNeeds } from './waiting-needs.ts'

export class JobQueue {
  /** By priority; all jobs of a higher priority are served first. */
  readonly #queues = new Map<number, FairQueue>()
  readonly #jobs = new Map<string, QueuedJob>()
  readonly #needs = new WaitingNeeds()
  /** Incremented with every change, so that derived values can detect that they are stale. */
  #version = 0

  get version(): number {
    return this.#version
  }

  get length(): number {
    return this.#jobs.size
  }

  jobs(): Iterable<QueuedJob> {
    return this.#jobs.values()
  }

  add(job: QueuedJob): void {
    if (this.#jobs.has(job.jobId)) return
    this.#jobs.set(job.jobId, job)
    this.#needs.add(job)
    this.#queueOf(job).add(job)
    this.#version += 1
  }

  remove(jobId: string): boolean {
    const job = this.#jobs.get(jobId)
    if (!job) return false
    this.#jobs.delete(jobId)
    this.#needs.remove(job)
    this.#queueOf(job).remove(job)
    this.#version += 1
    return true
  }

  /** Whether a device can run any of the jobs. `canRun` is asked for one job of each need. */
  hasJobFor(canRun: (job: QueuedJob) => boolean): boolean {
    return this.#needs.some(canRun)
  }

  next(warm: ReadonlySet<string>, mayStart: (job: QueuedJob) => boolean): Candidate | undefined {
    for (const queue of this.#queuesInOrder()) {
      const candidate = queue.next(warm, mayStart)
      if (candidate) return candidate
    }
    return undefined
  }

  /** Removes the chosen job and counts it as its person's turn. */
  serve(candidate: Candidate): void {
    this.#jobs.delete(candidate.job.jobId)
    this.#needs.remove(candidate.job)
    this.#queueOf(candidate.job).serve(candidate)
    this.#version += 1
  }

  order(warm: ReadonlySet<string>): QueuedJob[] {
    return this.#queuesInOrder().flatMap(queue => queue.order(warm).map(({ job }) => job))
  }

  /** A waiting job and its place, 1 is next. */
  find(jobId: string, warm: ReadonlySet<string>): { job: QueuedJob; place: number } | undefined {
    const job = this.#jobs.get(jobId)
    if (!job) return undefined
    let before = 0
    for (const queue of this.#queuesInOrder()) {
      if (queue === this.#queueOf(job)) return { job, place: before + queue.place(job, warm) + 1 }
      before += queue.order(warm).length
    }
    return undefined
  }

  #queueOf({ priority }: QueuedJob): FairQueue {
    const queue = this.#queues.get(priority) ?? new FairQueue()
    this.#queues.set(priority, queue)
    return queue
  }

  #queuesInOrder(): FairQueue[] {
    return [...this.#queues].sort(([a], [b]) => b - a).map(([, queue]) => queue)
  }
}
