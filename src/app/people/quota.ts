/** Checks a request against the quotas of the person and of the space, and reports the remainder. */

import { hourMs } from '../../common/durations.ts'
import type { Config } from '../../config/config.ts'
import type { Database } from '../../db/database.ts'
import type { UsageEntry } from '../../db/repositories/usage.ts'
import { type Problem, problem } from '../problems.ts'
import type { UsageView } from '../views/views.ts'
import { directSpaceId, type Person } from './people.ts'

/** The quota usage of one request. */
export interface QuotaRequest {
  person: Person
  jobs: number
  pictures: number
}

interface Quota {
  whose: 'person' | 'address' | 'space'
  limit: number
  /** Within the window, oldest first. */
  used: readonly UsageEntry[]
}

/** Must run inside the accepting transaction, so that two concurrent requests cannot both take the last place. */
export function refusalByQuota(
  db: Database,
  limits: Config['limits'],
  { person, jobs, pictures }: QuotaRequest,
  now: number,
): Problem | undefined {
  if (db.openJobs.countQueued() + jobs > limits.maxQueued) {
    return problem('queue-full', { limit: limits.maxQueued })
  }
  if (db.openJobs.countQueued(db.people.ofAccount(person)) + jobs > limits.maxQueuedPerPerson) {
    return problem('queue-full', { limit: limits.maxQueuedPerPerson })
  }
  const { address } = person
  const maxFromAddress = limits.maxQueuedPerPerson * limits.peoplePerAddress
  if (address !== undefined && db.openJobs.countQueuedFrom(address) + jobs > maxFromAddress) {
    return problem('queue-full', { limit: maxFromAddress })
  }
  const exceeded = quotasOf(db, limits, person, now).find(quota => leftOf(quota) < pictures)
  return exceeded && refusal(exceeded, pictures, limits.quotaHours, now)
}

export function usageOf(db: Database, limits: Config['limits'], person: Person, now: number): UsageView {
  const used = db.usage.since(db.people.ofAccount(person), windowStart(limits, now))
  const left = quotasOf(db, limits, person, now).map(leftOf)
  return {
    jobs: used.jobs,
    pictures: used.pictures,
    gpuSeconds: used.runMs / 1000,
    left: left.length === 0 ? undefined : Math.min(...left),
    periodHours: limits.quotaHours,
  }
}

/** The quotas that the configuration sets. */
function quotasOf(db: Database, limits: Config['limits'], person: Person, now: number): Quota[] {
  const sinceMs = windowStart(limits, now)
  const own = { whose: 'person', limit: limits.quotaPictures } as const
  const common = { whose: 'address', limit: limits.quotaPictures * limits.peoplePerAddress } as const
  const { address } = person
  const shared = { whose: 'space', limit: limits.quotaPicturesPerSpace } as const
  const hasSpace = person.spaceId !== directSpaceId
  return [
    ...(own.limit > 0 ? [{ ...own, used: db.usage.entriesSince(db.people.ofAccount(person), sinceMs) }] : []),
    ...(common.limit > 0 && address !== undefined
      ? [{ ...common, used: db.usage.entriesFrom(address, sinceMs) }]
      : []),
    ...(shared.limit > 0 && hasSpace ? [{ ...shared, used: db.usage.entriesInSpace(person, sinceMs) }] : []),
  ]
}

/** The window slides: pictures accepted exactly one window ago are free again. */
function windowStart({ quotaHours }: Config['limits'], now: number): number {
  return now - quotaHours * hourMs + 1
}

function leftOf({ limit, used }: Quota): number {
  return Math.max(0, limit - sumOf(used))
}

function sumOf(used: readonly UsageEntry[]): number {
  return used.reduce((sum, entry) => sum + entry.pictures, 0)
}

function refusal(quota: Quota, wanted: number, perHours: number, now: number): Problem {
  const { whose, limit, used } = quota
  const excess = sumOf(used) + wanted - limit
  const nextAt = wanted > limit ? undefined : whenFreed(used, excess, now) + perHours * hourMs
  return problem('quota-used', { whose, limit, perHours, left: leftOf(quota), wanted, nextAt })
}

/** The acceptance time of the entry after whose expiry `excess` pictures are free again. */
function whenFreed(used: readonly UsageEntry[], excess: number, now: number): number {
  let freed = 0
  for (const entry of used) {
    freed += entry.pictures
    if (freed >= excess) return entry.acceptedAt
  }
  return now
}
