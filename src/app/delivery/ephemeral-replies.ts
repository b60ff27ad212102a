/**
 * Replies that one person alone sees, such as Info. Each is recorded as a step of the jobs whose texts it shows, so that it is
 * deleted with them while its platform permits that.
 */
import { z } from 'zod'
import type { Database } from '../../db/database.ts'
import type { Clock } from '../../system/ports.ts'
import type { Address, StepRecord } from './courier.ts'

export interface EphemeralReply {
  /** The event that it answers, or the view that contains it. */
  id: string
  /** The jobs whose texts it shows. */
  jobIds: readonly string[]
  /**
   * The address by which its courier can delete it, until `untilMs` on the wall clock if the platform limits that. Undefined if the
   * platform never permits it.
   */
  deletion?: { address: Address; untilMs?: number }
}

const recorded = z.object({ address: z.string(), untilMs: z.number().optional() })

/** Inside a transaction: records a reply. False if one of the jobs was removed meanwhile, so the reply must not be shown. */
export function recordReply(db: Database, clock: Clock, { id, jobIds, deletion }: EphemeralReply): boolean {
  if (!jobIds.every(jobId => db.deliveries.get(jobId)?.isJobRemoved === false)) return false
  const value = deletion === undefined ? {} : { value: JSON.stringify(deletion) }
  for (const jobId of jobIds)
    db.deliverySteps.put(jobId, {
      name: `reply:${id}`,
      makes: 'reply',
      state: 'done',
      at: clock.now(),
      ...value,
    })
  return true
}

/** The address of a reply that its courier is to delete. */
export function replyAddress({ value }: StepRecord): Address | undefined {
  return value === undefined ? undefined : recorded.parse(JSON.parse(value)).address
}

/** Inside a transaction: drops the records of a delivery's replies that can no longer be deleted. Returns their names. */
export function dropUndeletable(db: Database, clock: Clock, deliveryId: string): string[] {
  const names = db.deliverySteps
    .of(deliveryId)
    .filter(step => step.makes === 'reply' && isUndeletable(step, clock.now()))
    .map(({ name }) => name)
  for (const name of names) db.deliverySteps.drop(deliveryId, name)
  return names
}

function isUndeletable({ value }: StepRecord, now: number): boolean {
  if (value === undefined) return true
  const { untilMs } = recorded.parse(JSON.parse(value))
  return untilMs !== undefined && untilMs <= now
}
