/** Maps Discord's error codes to reasons of refusals (developers/topics/opcodes-and-status-codes). Pure. */
import type { Closed, RefusalReason } from '../../../../app/delivery/courier.ts'
import { refusalRules } from '../../../delivery/refusal-rules.ts'
import { refusals } from '../../transport/api.ts'

const reasons = new Map<number, RefusalReason>([
  [refusals.unknownChannel, 'deleted'],
  [refusals.unknownGuild, 'deleted'],
  [refusals.unknownMessage, 'deleted'],
  [refusals.missingAccess, 'forbidden'],
  [refusals.missingPermissions, 'forbidden'],
  [refusals.wrongChannelType, 'forbidden'],
  [refusals.threadArchived, 'forbidden'],
  [refusals.threadLocked, 'forbidden'],
  [refusals.tooManyThreads, 'forbidden'],
  [refusals.tooManyAnnouncementThreads, 'forbidden'],
  [refusals.emptyMessage, 'content'],
  [refusals.invalidForm, 'content'],
  [refusals.messageBlocked, 'content'],
  [refusals.titleBlocked, 'content'],
  [refusals.linkBlocked, 'content'],
  [refusals.tooLarge, 'files'],
  [refusals.uploadsLimited, 'files'],
  [refusals.unknownWebhook, 'expired'],
  [refusals.tokenExpired, 'expired'],
  [refusals.cannotMessageUser, 'no-direct-messages'],
  [refusals.unknownUser, 'no-direct-messages'],
])

export const { reasonOf, closedBy, refusalOf, removalRefusalOf } = refusalRules(reasons)

/** Whether the thread, channel or server of the message was deleted, too. */
export function isOfPlace(code: string): boolean {
  return code === String(refusals.unknownChannel) || code === String(refusals.unknownGuild)
}

export function closed(reason: RefusalReason, code: string): Closed {
  return { kind: 'closed', reason, code }
}
