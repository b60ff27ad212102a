/** Maps Slack's error codes to reasons of refusals, and to sentences for the requester. Pure. */
import type { Closed, RefusalReason } from '../../../../app/delivery/courier.ts'
import type { Conversation } from '../../../../app/people/people.ts'
import type { Words } from '../../../../words/en.ts'
import { refusalRules } from '../../../delivery/refusal-rules.ts'
import { missingScopeCode } from '../../transport/api.ts'

/** Codes for a revoked bot. */
const revoked: ReadonlySet<string> = new Set([
  'account_inactive',
  'invalid_auth',
  'not_authed',
  'not_installed',
  'token_expired',
  'token_revoked',
])

/** Codes for a workspace that accepts no files; the last one is Easel's, for a host that does not. */
const uploadsRefused: ReadonlySet<string> = new Set([
  'file_upload_size_restricted',
  'file_uploads_disabled',
  'file_uploads_except_images_disabled',
  'storage_limit_reached',
  'upload_refused',
])

/** The code for a reply in a channel that permits no threads (docs.slack.dev, chat.postMessage, Errors). */
export const noThreadsCode = 'restricted_action_non_threadable_channel'

/** The reasons of errors of chat.* and files.*; other errors are unknown. */
const reasons = new Map<string, RefusalReason>([
  ...[...revoked].map(error => [error, 'forbidden'] as const),
  ...[...uploadsRefused].map(error => [error, 'files'] as const),
  ['access_denied', 'forbidden'],
  ['channel_not_found', 'forbidden'],
  ['ekm_access_denied', 'forbidden'],
  ['is_archived', 'forbidden'],
  ['is_inactive', 'forbidden'],
  [missingScopeCode, 'forbidden'],
  ['not_in_channel', 'forbidden'],
  ['restricted_action', 'forbidden'],
  [noThreadsCode, 'forbidden'],
  ['restricted_action_read_only_channel', 'forbidden'],
  ['restricted_action_thread_locked', 'forbidden'],
  ['restricted_action_thread_only_channel', 'forbidden'],
  ['team_access_not_granted', 'forbidden'],
  ['message_not_found', 'deleted'],
  ['thread_not_found', 'deleted'],
  ['file_deleted', 'deleted'],
  ['file_not_found', 'deleted'],
  ['edit_window_closed', 'expired'],
  ['invalid_blocks', 'content'],
  ['invalid_blocks_format', 'content'],
  ['msg_blocks_too_long', 'content'],
  ['msg_too_long', 'content'],
  ['no_text', 'content'],
  ['cannot_dm_bot', 'no-direct-messages'],
  ['messages_tab_disabled', 'no-direct-messages'],
  ['user_disabled', 'no-direct-messages'],
  ['user_not_found', 'no-direct-messages'],
])

export const { reasonOf, closedBy, refusalOf, removalRefusalOf } = refusalRules(reasons)

/** Whether the error applies to the whole workspace, so another place would fail too. */
export function isOfWorkspace(error: string): boolean {
  return revoked.has(error) || uploadsRefused.has(error)
}

/** Whether a file of the message was deleted, and not the message. */
export function isOfFile(error: string): boolean {
  return error === 'file_deleted' || error === 'file_not_found'
}

/** The reasons why Easel itself gives up files on Slack. */
type FileRefusal = keyof Words['slack']['replies']['fileRefusals']

export function refusedFiles(code: FileRefusal): Closed {
  return { kind: 'closed', reason: 'files', code }
}

/** Why files were refused, for people: a reason of Easel in words, an error of Slack as its code. */
export function fileRefusalReason(code: string, { slack }: Words): string {
  return Object.entries(slack.replies.fileRefusals).find(([own]) => own === code)?.[1] ?? code
}

export const notInstalled = closedBy({ code: 'not_installed' })

/** How the requester can enable replies. */
export function refusalSentence(error: string, { kind }: Conversation, words: Words): string {
  const { replies } = words.slack
  if (revoked.has(error)) return replies.revoked
  if (error === missingScopeCode) return replies.scopeMissing
  if (error === 'is_archived') return replies.archived
  const canInvite = error === 'not_in_channel' || error === 'channel_not_found'
  return canInvite && kind !== 'direct' ? replies.invite : replies.elsewhere
}
