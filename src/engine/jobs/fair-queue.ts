/**
 * The waiting jobs of one priority, with their own rounds. The serving order is maintained incrementally: a new job is
 * inserted and the served one is removed from the front, so the cost does not grow with the number of waiting jobs.
 */
import { positionIn } from '../../common/collections/position-in.ts'
import { type Candidate, compare, nextJob, type PersonQueue, roundOf, servingOrder } from './fair-order.ts'
import { FirstJobs } from './first-jobs.ts'
import type { QueuedJob } from './job-store.ts'

interface MutablePersonQueue extends PersonQueue {
  jobs: QueuedJob[]
  servedRound: number
}

interface CachedOrder {
  candidates: Candidate[]
  warm: ReadonlySet<string>
}

export class FairQueue {
  readonly #personQueues = new Map<number, MutablePersonQueue>()
  /** The first jobs of the people who wait. */
  readonly #firstJobs = new FirstJobs()
  #round = 0
  /** The serving order; undefined if it must be computed again. */
  #cachedOrder: CachedOrder | undefined

  /** Adds a job. A job that returns gets the position of its age. */
  add(job: QueuedJob): void {
    const queue = this.#personQueues.get(job.personId) ?? { jobs: [], servedRound: -1 }
    this.#personQueues.set(job.personId, queue)
    const at = queue.jobs.findLastIndex(other => other.seq < job.seq) + 1
    if (at === 0) this.#firstJobs.remove(queue)
    queue.jobs.splice(at, 0, job)
    if (at === 0) this.#firstJobs.add(queue)
    // An insertion before other jobs of the person moves those to later rounds.
    if (at < queue.jobs.length - 1) this.#cachedOrder = undefined
    if (!this.#cachedOrder) return
    const { candidates, warm } = this.#cachedOrder
    candidates.splice(this.place(job, warm), 0, this.#candidateOf(job, queue))
  }

  remove(job: QueuedJob): void {
    const queue = this.#personQueues.get(job.personId)
    const at = queue?.jobs.indexOf(job) ?? -1
    if (!queue || at < 0) return
    if (at < queue.jobs.length - 1) this.#cachedOrder = undefined
    if (this.#cachedOrder) this.#cachedOrder.candidates.splice(this.place(job, this.#cachedOrder.warm), 1)
    this.#firstJobs.remove(queue)
    queue.jobs.splice(at, 1)
    this.#firstJobs.add(queue)
  }

  next(warm: ReadonlySet<string>, mayStart: (job: QueuedJob) => boolean): Candidate | undefined {
    return nextJob(this.#firstJobs.candidates(mayStart), this.#round, warm, mayStart)
  }

  /** Removes the chosen job and counts it as its person's turn. */
  serve(candidate: Candidate): void {
    const cached = this.#cachedOrder
    // Removing the first job changes no round; removing another one may.
    const isFront = cached?.candidates[0]?.job === candidate.job
    this.#cachedOrder = undefined
    this.remove(candidate.job)
    const queue = this.#personQueues.get(candidate.job.personId)
    if (queue) {
      this.#firstJobs.remove(queue)
      queue.servedRound = candidate.round
      this.#firstJobs.add(queue)
    }
    if (cached && isFront) {
      cached.candidates.shift()
      this.#cachedOrder = cached
    }
    if (candidate.round > this.#round) this.#beginRound(candidate.round)
  }

  #beginRound(round: number): void {
    this.#round = round
    this.#firstJobs.beginRound(round)
    // People who were last served before this round are treated like newcomers, so their entries can be deleted.
    for (const [personId, { jobs, servedRound }] of this.#personQueues) {
      if (jobs.length === 0 && servedRound < round) this.#personQueues.delete(personId)
    }
  }

  /** All waiting jobs in their serving order. */
  order(warm: ReadonlySet<string>): readonly Candidate[] {
    if (!this.#cachedOrder || !isSameSet(this.#cachedOrder.warm, warm)) {
      this.#cachedOrder = { candidates: servingOrder(this.#nonEmptyQueues(), this.#round, warm), warm }
    }
    return this.#cachedOrder.candidates
  }

  /** The number of jobs that are served before this one. */
  place(job: QueuedJob, warm: ReadonlySet<string>): number {
    const queue = this.#personQueues.get(job.personId)
    if (!queue) return 0
    return positionIn(this.order(warm), this.#candidateOf(job, queue), (a, b) => compare(a, b, warm))
  }

  #candidateOf(job: QueuedJob, queue: MutablePersonQueue): Candidate {
    return { job, round: roundOf(queue, queue.jobs.indexOf(job), this.#round) }
  }

  *#nonEmptyQueues(): Iterable<PersonQueue> {
    for (const queue of this.#personQueues.values()) if (queue.jobs.length > 0) yield queue
  }
}

function isSameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every(value => b.has(value))
}
