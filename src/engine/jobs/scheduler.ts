/**
 * Who is served next, as pure functions. Rounds make it fair: in one round everybody who waits is served once, a
 * newcomer joins the round that is going on, and a person's k-th waiting job belongs to the k-th round from now.
 * Within a round, jobs whose model lies ready on a device go first, then the older ones; so nobody is ever passed
 * over by more than one job of each other person.
 */
import type { Waiting } from './store.ts'

/** One person's part of the line. */
export interface Share {
  /** Oldest first. */
  jobs: readonly Waiting[]
  /** The round in which this person was last served; -1 for never. */
  servedRound: number
}

export interface Pick {
  job: Waiting
  round: number
}

/** The job to serve now among those that `mayStart`. `warm` holds the hashes of models that lie ready. */
export function nextJob(
  shares: Iterable<Share>,
  currentRound: number,
  warm: ReadonlySet<string>,
  mayStart: (job: Waiting) => boolean = () => true,
): Pick | undefined {
  let best: Pick | undefined
  for (const share of shares) {
    const job = share.jobs.find(mayStart)
    if (!job) continue
    const pick = { job, round: firstRound(share, currentRound) }
    if (!best || compare(pick, best, warm) < 0) best = pick
  }
  return best
}

/** Everybody's jobs in the order in which `nextJob` would serve them if nothing else came. */
export function servingOrder(
  shares: Iterable<Share>,
  currentRound: number,
  warm: ReadonlySet<string>,
): Waiting[] {
  const picks: Pick[] = []
  for (const share of shares) {
    const first = firstRound(share, currentRound)
    for (const [k, job] of share.jobs.entries()) picks.push({ job, round: first + k })
  }
  return picks.sort((a, b) => compare(a, b, warm)).map(pick => pick.job)
}

function firstRound(share: Share, currentRound: number): number {
  return Math.max(currentRound, share.servedRound + 1)
}

function compare(a: Pick, b: Pick, warm: ReadonlySet<string>): number {
  return a.round - b.round || coldness(a.job, warm) - coldness(b.job, warm) || a.job.seq - b.job.seq
}

function coldness(job: Waiting, warm: ReadonlySet<string>): number {
  return job.modelHash === '' || warm.has(job.modelHash) ? 0 : 1
}
