/**
 * The waiting jobs of one priority, with their own rounds. The serving order is maintained incrementally: a new job is
 * inserted and the served one is removed from the front, so the cost does not grow with the number of waiting jobs.
 */
import { positionIn } from '../../common/collections/position-in.ts'
import { type Candidate, compare, nextJob, roundOf, type Share, servingOrder } from './fair-order.ts'
import { FirstJobs } from './first-jobs.ts'
import type { QueuedJob } from './job-store.ts'

interface OpenShare extends Share {
  jobs: QueuedJob[]
  servedRound: number
}

interface KeptOrder {
  candidates: Candidate[]
  warm: ReadonlySet<string>
}

export class FairQueue {
  readonly #shares = new Map<number, OpenShare>()
  /** The first jobs of the people who wait. */
  readonly #firstJobs = new FirstJobs()
  #round = 0
  /** Undefined if it must be recomputed. */
  #kept: KeptOrder | undefined

  /** A returning job gets the position of its age. */
  add(job: QueuedJob): void {
    const share = this.#shares.get(job.personId) ?? { jobs: [], servedRound: -1 }
    this.#shares.set(job.personId, share)
    const at = share.jobs.findLastIndex(other => other.seq < job.seq) + 1
    if (at === 0) this.#firstJobs.remove(share)
    share.jobs.splice(at, 0, job)
    if (at === 0) this.#firstJobs.add(share)
    // An insertion before other jobs of the person moves those to later rounds.
    if (at < share.jobs.length - 1) this.#kept = undefined
    if (!this.#kept) return
    const { candidates, warm } = this.#kept
    candidates.splice(this.place(job, warm), 0, this.#candidateOf(job, share))
  }

  remove(job: QueuedJob): void {
    const share = this.#shares.get(job.personId)
    const at = share?.jobs.indexOf(job) ?? -1
    if (!share || at < 0) return
    if (at < share.jobs.length - 1) this.#kept = undefined
    if (this.#kept) this.#kept.candidates.splice(this.place(job, this.#kept.warm), 1)
    this.#firstJobs.remove(share)
    share.jobs.splice(at, 1)
    this.#firstJobs.add(share)
  }

  next(warm: ReadonlySet<string>, mayStart: (job: QueuedJob) => boolean): Candidate | undefined {
    return nextJob(this.#firstJobs.candidates(mayStart), this.#round, warm, mayStart)
  }

  /** Removes the chosen job and counts it as its person's turn. */
  serve(candidate: Candidate): void {
    const kept = this.#kept
    // Removing the first job changes no round; removing another one may.
    const isFront = kept?.candidates[0]?.job === candidate.job
    this.#kept = undefined
    this.remove(candidate.job)
    const share = this.#shares.get(candidate.job.personId)
    if (share) {
      this.#firstJobs.remove(share)
      share.servedRound = candidate.round
      this.#firstJobs.add(share)
    }
    if (kept && isFront) {
      kept.candidates.shift()
      this.#kept = kept
    }
    if (candidate.round > this.#round) this.#beginRound(candidate.round)
  }

  #beginRound(round: number): void {
    this.#round = round
    this.#firstJobs.moveTo(round)
    // People who were last served before this round are treated like newcomers, so their entries can be deleted.
    for (const [personId, { jobs, servedRound }] of this.#shares) {
      if (jobs.length === 0 && servedRound < round) this.#shares.delete(personId)
    }
  }

  order(warm: ReadonlySet<string>): readonly Candidate[] {
    if (!this.#kept || !isSameSet(this.#kept.warm, warm)) {
      this.#kept = { candidates: servingOrder(this.#waitingShares(), this.#round, warm), warm }
    }
    return this.#kept.candidates
  }

  /** The number of jobs that are served before this one. */
  place(job: QueuedJob, warm: ReadonlySet<string>): number {
    const share = this.#shares.get(job.personId)
    if (!share) return 0
    return positionIn(this.order(warm), this.#candidateOf(job, share), (a, b) => compare(a, b, warm))
  }

  #candidateOf(job: QueuedJob, share: OpenShare): Candidate {
    return { job, round: roundOf(share, share.jobs.indexOf(job), this.#round) }
  }

  *#waitingShares(): Iterable<Share> {
    for (const share of this.#shares.values()) if (share.jobs.length > 0) yield share
  }
}

function isSameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every(value => b.has(value))
}
