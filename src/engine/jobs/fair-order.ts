/**
 * Chooses the next job, as pure functions. Rounds make it fair: in each round every waiting person is served once, a newcomer
 * joins the current round, and a person's k-th waiting job belongs to the k-th round from now. Within a round, jobs whose
 * model is loaded on a device go first, then older ones, so nobody is overtaken by more than one job of each other person.
 */
import type { QueuedJob } from './job-store.ts'

/** One person's waiting jobs. */
export interface Share {
  /** Oldest first. */
  readonly jobs: readonly QueuedJob[]
  /** The round in which this person was last served; -1 for never. */
  readonly servedRound: number
}

export interface Candidate {
  readonly job: QueuedJob
  readonly round: number
}

/** The next job among those that `mayStart`. `warm`: the hashes of loaded models. */
export function nextJob(
  shares: Iterable<Share>,
  currentRound: number,
  warm: ReadonlySet<string>,
  mayStart: (job: QueuedJob) => boolean = () => true,
): Candidate | undefined {
  let best: Candidate | undefined
  for (const share of shares) {
    const job = share.jobs.find(mayStart)
    if (!job) continue
    const candidate = { job, round: roundOf(share, 0, currentRound) }
    if (!best || compare(candidate, best, warm) < 0) best = candidate
  }
  return best
}

/** All jobs in the order in which `nextJob` would serve them if no other job arrived. */
export function servingOrder(
  shares: Iterable<Share>,
  currentRound: number,
  warm: ReadonlySet<string>,
): Candidate[] {
  const candidates: Candidate[] = []
  for (const share of shares) {
    for (const [k, job] of share.jobs.entries())
      candidates.push({ job, round: roundOf(share, k, currentRound) })
  }
  return candidates.sort((a, b) => compare(a, b, warm))
}

/** The round of a person's k-th waiting job, counted from 0. */
export function roundOf(share: Share, k: number, currentRound: number): number {
  return Math.max(currentRound, share.servedRound + 1) + k
}

/** Negative when `a` is served before `b`. A total order: no two jobs have the same age. */
export function compare(a: Candidate, b: Candidate, warm: ReadonlySet<string>): number {
  return a.round - b.round || loadsNeeded(a.job, warm) - loadsNeeded(b.job, warm) || a.job.seq - b.job.seq
}

function loadsNeeded(job: QueuedJob, warm: ReadonlySet<string>): number {
  return job.modelHash === '' || warm.has(job.modelHash) ? 0 : 1
}
