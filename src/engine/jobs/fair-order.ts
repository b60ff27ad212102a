/**
 * Chooses the next job, as pure functions. Rounds make it fair: in each round every waiting person is served once, a newcomer
 * joins the current round, and a person's k-th waiting job belongs to the k-th round from now. Within a round, jobs whose
 * model is loaded on a device go first, then older ones, so at most one job of each other person overtakes a job.
 */
import type { QueuedJob } from './job-store.ts'

/** One person's waiting jobs. The fair order takes turns between these queues. */
export interface PersonQueue {
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
  queues: Iterable<PersonQueue>,
  currentRound: number,
  warm: ReadonlySet<string>,
  mayStart: (job: QueuedJob) => boolean = () => true,
): Candidate | undefined {
  let best: Candidate | undefined
  for (const queue of queues) {
    const job = queue.jobs.find(mayStart)
    if (!job) continue
    const candidate = { job, round: roundOf(queue, 0, currentRound) }
    if (!best || compare(candidate, best, warm) < 0) best = candidate
  }
  return best
}

/** All jobs in the order in which `nextJob` would serve them if no other job arrived. */
export function servingOrder(
  queues: Iterable<PersonQueue>,
  currentRound: number,
  warm: ReadonlySet<string>,
): Candidate[] {
  const candidates: Candidate[] = []
  for (const queue of queues) {
    for (const [k, job] of queue.jobs.entries())
      candidates.push({ job, round: roundOf(queue, k, currentRound) })
  }
  return candidates.sort((a, b) => compare(a, b, warm))
}

/** The round of a person's k-th waiting job, counted from 0. */
export function roundOf(queue: PersonQueue, k: number, currentRound: number): number {
  return Math.max(currentRound, queue.servedRound + 1) + k
}

/** Negative when `a` is served before `b`. A total order: no two jobs have the same age. */
export function compare(a: Candidate, b: Candidate, warm: ReadonlySet<string>): number {
  return a.round - b.round || loadsNeeded(a.job, warm) - loadsNeeded(b.job, warm) || a.job.seq - b.job.seq
}

function loadsNeeded(job: QueuedJob, warm: ReadonlySet<string>): number {
  return job.modelHash === '' || warm.has(job.modelHash) ? 0 : 1
}
