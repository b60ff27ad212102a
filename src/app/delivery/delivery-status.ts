/** The result of a delivery, and the status of deliveries and deletions for people. */
import type { Database } from '../../db/database.ts'
import type { DeliveryRecord } from '../../db/repositories/deliveries/deliveries.ts'
import type { Viewer } from '../access/access-rules.ts'
import { visibleJob } from '../access/visible.ts'
import type { Person } from '../people/people.ts'
import type { JobViews } from '../views/job-views.ts'
import type { JobView } from '../views/views.ts'
import type { DeliveryResult, Refusal } from './courier.ts'

export type DeliveryStatus = { kind: 'underway' } | DeliveryResult

/** `kept`: objects that the platform refuses to delete. */
export interface DeletionStatus {
  underway: number
  kept: readonly Refusal[]
}

/** Notices for a person, in any conversation. */
export interface DeliveryNotices {
  /** Finished jobs whose results reached no conversation. */
  undelivered: readonly { job: JobView; refusals: readonly Refusal[] }[]
  deletion: DeletionStatus
}

/** The recorded result of a delivery. Undefined while it is in progress, or if the job was removed meanwhile. */
export function resultOf({
  end,
  method,
  refusals,
}: Pick<DeliveryRecord, 'end' | 'method' | 'refusals'>): DeliveryResult | undefined {
  if (end === 'undeliverable') return { kind: 'undeliverable', refusals }
  return end === 'arrived' ? { kind: 'arrived', method: method ?? 'edit', refusals } : undefined
}

/** The status of a delivery. Jobs that the viewer may not see are treated as unknown. */
export function deliveryStatus(db: Database, deliveryId: string, viewer: Viewer): DeliveryStatus {
  const record = db.deliveries.get(deliveryId)
  const result = record && visibleJob(db, viewer, record.jobId) && resultOf(record)
  return result ?? { kind: 'underway' }
}

/** The status over all messages of these jobs. A deleted job has no messages. */
export function deletionStatus(db: Database, jobIds: readonly string[]): DeletionStatus {
  return statusOf(jobIds.flatMap(id => db.deliveries.beingDeleted({ jobId: id })))
}

export function deliveryNotices(db: Database, views: JobViews, person: Person): DeliveryNotices {
  const personIds = db.people.ofAccount(person)
  const undelivered = undeliveredOf(db.deliveries.undelivered(personIds), views)
  return { undelivered, deletion: statusOf(db.deliveries.beingDeleted({ personIds })) }
}

/** The deliveries that were given up since the person's last request. The reply to the next request reports each of them once. */
export function newlyUndelivered(db: Database, person: Person): DeliveryRecord[] {
  return db.deliveries.newlyUndelivered(db.people.ofAccount(person))
}

export function undeliveredOf(
  records: readonly DeliveryRecord[],
  views: JobViews,
): DeliveryNotices['undelivered'] {
  return records.flatMap(({ jobId, refusals }) => {
    const job = views.job(jobId)
    return job ? [{ job, refusals }] : []
  })
}

function statusOf(deletions: readonly { isKept: boolean; refusals: Refusal[] }[]): DeletionStatus {
  const kept = deletions.filter(({ isKept }) => isKept)
  return { underway: deletions.length - kept.length, kept: kept.flatMap(({ refusals }) => refusals) }
}
