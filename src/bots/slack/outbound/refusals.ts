/** What Slack's refusals mean: whether more can be said in that place, and what to tell whoever asked. Pure. */
import type { Conversation } from '../../../app/people.ts'
import type { Words } from '../../../words/en.ts'

/** The bot's own access is gone. */
const revoked: ReadonlySet<string> = new Set([
  'account_inactive',
  'invalid_auth',
  'not_authed',
  'not_installed',
  'token_expired',
  'token_revoked',
])

/** The conversation is closed to the bot, or is no more. */
const closed: ReadonlySet<string> = new Set([
  'channel_not_found',
  'ekm_access_denied',
  'is_archived',
  'not_in_channel',
  'restricted_action',
  'user_not_found',
])

/** The message is no more, or cannot be changed any more. */
const past: ReadonlySet<string> = new Set([
  'cant_update_message',
  'edit_window_closed',
  'message_not_found',
  'thread_not_found',
])

/** Nothing can be said in that conversation, while elsewhere it can. */
export function isClosed(error: string): boolean {
  return closed.has(error)
}

/** Trying again would change nothing. */
export function isGone(error: string): boolean {
  return revoked.has(error) || closed.has(error) || past.has(error)
}

/** How whoever asked can get an answer after all. */
export function refusalSentence(error: string, { kind }: Conversation, words: Words): string {
  const { replies } = words.slack
  if (revoked.has(error)) return replies.revoked
  if (error === 'is_archived') return replies.archived
  const canInvite = error === 'not_in_channel' || error === 'channel_not_found'
  return canInvite && kind !== 'direct' ? replies.invite : replies.elsewhere
}
