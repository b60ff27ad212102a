/** The notice that a job has ended: whether the author gets one, and which delivery of a fan-out sends it. */
import type { Database } from '../../db/database.ts'
import { toAppError } from '../../errors/errors.ts'
import type { Logger } from '../../system/ports.ts'
import type { Courier, Delivery, DeliveryResult } from './courier.ts'

export interface EndNoticeParts {
  /** Whether people without a setting of their own are notified of results. */
  notify: boolean
  db: Database
  log: Logger
}

/** Sends the notice if one is due. A notice that fails finally must not block the final update of the card. */
export async function sendEndNotice(
  parts: EndNoticeParts,
  courier: Courier,
  delivery: Delivery,
  result: DeliveryResult | undefined,
): Promise<void> {
  if (!courier.notify) return
  const isDue = result && isNoticeDue(parts, delivery, result)
  const sender = delivery.fanOut ? senderOf(parts, delivery) : isDue && delivery
  if (!sender) return
  try {
    await courier.notify(sender)
  } catch (error) {
    const fault = toAppError(error)
    if (fault.retryable || fault.code === 'storage') throw fault
    parts.log.error({ delivery: sender.id, error: fault.message }, 'somebody was not told')
  }
}

/** The delivery that sends the notice of a fan-out; undefined if there is no notice, or not yet. */
function senderOf(parts: EndNoticeParts, delivery: Delivery): Delivery | undefined {
  const { leads = false, members = [] } = delivery.fanOut ?? {}
  if (!leads || members.some(({ result }) => result === undefined)) return undefined
  const sender = members.find(({ job, result }) => result && isNoticeDue(parts, { ...delivery, job }, result))
  return sender?.address === undefined ? undefined : { ...delivery, job: sender.job, address: sender.address }
}

/**
 * Whether a notice is needed: edits notify nobody, direct messages do, and a person who cancels their own job knows the outcome.
 */
function isNoticeDue(
  { db, notify }: EndNoticeParts,
  { job, recipient, isCopy }: Delivery,
  result: DeliveryResult,
): boolean {
  if (isCopy || result.kind !== 'arrived') return false
  if (job.state === 'cancelled' && !db.audit.has({ action: 'cancel', target: job.id })) return false
  const isNewDirect =
    result.method === 'direct' || (job.conversation.kind === 'direct' && result.method !== 'edit')
  return !isNewDirect && (db.people.settings(recipient).notify ?? notify)
}
