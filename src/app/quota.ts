/** Whether one more request may be accepted, and what a person has left. */
import type { Config } from '../config.ts'
import type { Database } from '../db/database.ts'
import { hourMs } from './durations.ts'
import { type Problem, problem } from './problems.ts'
import type { UsageView } from './views.ts'

/** Asked inside the transaction that accepts, so that two requests at once cannot both take the last place. */
export function refusalByQuota(
  db: Database,
  limits: Config['limits'],
  personId: number,
  wanted: { jobs: number; pictures: number },
  now: number,
): Problem | undefined {
  if (db.jobs.countQueued() + wanted.jobs > limits.maxQueued) {
    return problem('queue-full', { limit: limits.maxQueued })
  }
  if (db.jobs.countQueued(personId) + wanted.jobs > limits.maxQueuedPerPerson) {
    return problem('queue-full', { limit: limits.maxQueuedPerPerson })
  }
  if (limits.quotaPictures === 0) return undefined
  const windowMs = limits.quotaHours * hourMs
  const used = db.usage.entriesSince(personId, now - windowMs + 1)
  const excess = used.reduce((sum, entry) => sum + entry.pictures, wanted.pictures) - limits.quotaPictures
  if (excess <= 0) return undefined
  return problem('quota-used', {
    limit: limits.quotaPictures,
    perHours: limits.quotaHours,
    nextAt: whenFreed(used, excess, now) + windowMs,
  })
}

export function usageOf(
  db: Database,
  limits: Config['limits'],
  personId: number | undefined,
  now: number,
): UsageView {
  const sinceMs = now - limits.quotaHours * hourMs + 1
  const used = personId === undefined ? { jobs: 0, pictures: 0, runMs: 0 } : db.usage.since(personId, sinceMs)
  return {
    jobs: used.jobs,
    pictures: used.pictures,
    gpuSeconds: used.runMs / 1000,
    left: limits.quotaPictures === 0 ? undefined : Math.max(0, limits.quotaPictures - used.pictures),
    periodHours: limits.quotaHours,
  }
}

/** The moment of acceptance after whose lapse `excess` pictures are free again. */
function whenFreed(
  used: readonly { acceptedAt: number; pictures: number }[],
  excess: number,
  now: number,
): number {
  let freed = 0
  for (const entry of used) {
    freed += entry.pictures
    if (freed >= excess) return entry.acceptedAt
  }
  return now
}
