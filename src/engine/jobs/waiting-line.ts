/**
 * The queued jobs in memory, as the scheduler wants them: the database's queue, seen through one process that owns it.
 * It changes only after the database did.
 */
import { nextJob, type Pick, type Share, servingOrder } from './scheduler.ts'
import type { Waiting } from './store.ts'

/** Jobs of one priority; a higher priority is served first altogether and has rounds of its own. */
class Lane {
  readonly shares = new Map<number, { jobs: Waiting[]; servedRound: number }>()
  round = 0
}

export class WaitingLine {
  readonly #lanes = new Map<number, Lane>()
  readonly #jobs = new Map<string, Waiting>()
  /** Grows with every change, so that whoever derives something from the line knows when it is stale. */
  #version = 0

  get version(): number {
    return this.#version
  }

  get size(): number {
    return this.#jobs.size
  }

  jobs(): Iterable<Waiting> {
    return this.#jobs.values()
  }

  has(jobId: string): boolean {
    return this.#jobs.has(jobId)
  }

  /** A job that comes back takes the place that its age gives it. */
  add(job: Waiting): void {
    if (this.#jobs.has(job.jobId)) return
    this.#jobs.set(job.jobId, job)
    const lane = this.#lane(job.priority)
    const share = lane.shares.get(job.personId) ?? { jobs: [], servedRound: -1 }
    lane.shares.set(job.personId, share)
    const after = share.jobs.findLastIndex(other => other.seq < job.seq)
    share.jobs.splice(after + 1, 0, job)
    this.#version += 1
  }

  remove(jobId: string): Waiting | undefined {
    const job = this.#jobs.get(jobId)
    if (!job) return undefined
    this.#jobs.delete(jobId)
    const share = this.#lane(job.priority).shares.get(job.personId)
    share?.jobs.splice(share.jobs.indexOf(job), 1)
    this.#version += 1
    return job
  }

  next(warm: ReadonlySet<string>, mayStart: (job: Waiting) => boolean): Pick | undefined {
    for (const lane of this.#lanesByPriority()) {
      const pick = nextJob(waitingShares(lane), lane.round, warm, mayStart)
      if (pick) return pick
    }
    return undefined
  }

  /** Takes a picked job out and counts it as its person's turn. */
  serve({ job, round }: Pick): void {
    this.remove(job.jobId)
    const lane = this.#lane(job.priority)
    lane.round = Math.max(lane.round, round)
    const share = lane.shares.get(job.personId)
    if (share) share.servedRound = round
    // People who were served before this round count like newcomers: their shares need not be remembered.
    for (const [personId, { jobs, servedRound }] of lane.shares) {
      if (jobs.length === 0 && servedRound < lane.round) lane.shares.delete(personId)
    }
  }

  order(warm: ReadonlySet<string>): Waiting[] {
    return this.#lanesByPriority().flatMap(lane => servingOrder(waitingShares(lane), lane.round, warm))
  }

  #lane(priority: number): Lane {
    const lane = this.#lanes.get(priority) ?? new Lane()
    this.#lanes.set(priority, lane)
    return lane
  }

  #lanesByPriority(): Lane[] {
    return [...this.#lanes].sort(([a], [b]) => b - a).map(([, lane]) => lane)
  }
}

function waitingShares(lane: Lane): Share[] {
  return [...lane.shares.values()].filter(share => share.jobs.length > 0)
}
