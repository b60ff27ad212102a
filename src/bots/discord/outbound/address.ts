/** The address of a job's message on Discord, and the details of its conversation. Both are stored with the job. */
import { z } from 'zod'
import type { Conversation } from '../../../app/people/people.ts'
import { addressForm } from '../../delivery/stored-address.ts'

const message = z.object({ channelId: z.string(), messageId: z.string() })
export type MessageAddress = z.infer<typeof message>

/**
 * Reasons for a reduced delivery: missing permissions, a guild with too many threads, an app that is not a member, an expired time
 * limit. The others state why a message is not where it was requested: the place is closed, pictures are not allowed there, it was
 * refused, its message was deleted, the place was deleted.
 */
export const shortfalls = [
  'view',
  'send',
  'threads',
  'sendInThreads',
  'attach',
  'tooManyThreads',
  'answersOnly',
  'closedThread',
  'later',
  'elsewhere',
  'attachElsewhere',
  'refusedElsewhere',
  'deletedElsewhere',
  'placeGone',
] as const
export type Shortfall = (typeof shortfalls)[number]

const address = z.object({
  /** The placeholder, then the result. */
  ...message.shape,
  /** The request card, if this job has one; its thread has the same id. */
  card: message.optional(),
  /** Set if only an interaction's token can edit the message. */
  token: z.string().optional(),
  tokenUntilMs: z.number().optional(),
  /** The reason why the message is not in the best place, which the message states. */
  shortfall: z.enum(shortfalls).optional(),
})
export type DiscordAddress = z.infer<typeof address>

export const { read: readAddress, write: writeAddress } = addressForm(address)

/** `messageId` may be `@original`, the interaction's own response. */
const replyAddress = z.object({ token: z.string(), messageId: z.string() })

/** The address of a reply that only one person sees. */
export const { read: readReplyAddress, write: writeReplyAddress } = addressForm(replyAddress)

const details = z.object({
  /** The person's language, in Discord's notation. */
  locale: z.string().optional(),
  /** The bot's permissions there (`app_permissions`), in decimal. */
  permissions: z.string().optional(),
  /** The app is user-installed there, or in a group: it can only respond, with the token. */
  answersOnly: z.boolean().optional(),
  /** The chat of a voice or stage channel, which has no threads. */
  isThreadless: z.boolean().optional(),
  /** The interaction's token, and its expiry on the wall clock. */
  token: z.string().optional(),
  tokenUntilMs: z.number().optional(),
  /** The interaction's response is public and empty; the courier fills it. */
  fillsAnswer: z.boolean().optional(),
  /** The interaction's response is ephemeral and deferred (“thinking”). */
  isDeferred: z.boolean().optional(),
  /** The size limit of a file there (`attachment_size_limit`). */
  uploadLimitBytes: z.number().optional(),
  /** The message whose button was pressed; the results reply to it. */
  pressedId: z.string().optional(),
})
export type DiscordDetails = z.infer<typeof details>

export function detailsOf(conversation: Pick<Conversation, 'details'>): DiscordDetails {
  return details.parse(conversation.details ?? {})
}

/** The details in stored form, without undefined values. */
export function writeDetails(given: DiscordDetails): NonNullable<Conversation['details']> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}
