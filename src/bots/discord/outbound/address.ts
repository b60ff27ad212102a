/** Where a job's message lives on Discord, and what is kept with its conversation; both are stored with the job. */
import { z } from 'zod'
import type { Address } from '../../../app/delivery/courier.ts'
import type { Conversation } from '../../../app/people.ts'

const message = z.object({ channelId: z.string(), messageId: z.string() })
export type MessageAddress = z.infer<typeof message>

/**
 * Permissions that are missing, a guild with too many threads, an app that is no member, time that ran out; and why a
 * message is not where it was asked for: the place is closed, no pictures may be attached there, it was refused.
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
] as const
export type Shortfall = (typeof shortfalls)[number]

const address = z.object({
  /** The placeholder, then the result. */
  ...message.shape,
  /** The request card, where this job has one; its id is that of the thread under it. */
  card: message.optional(),
  /** Set where the message can be changed by an interaction's token alone. */
  token: z.string().optional(),
  tokenUntilMs: z.number().optional(),
  /** Why the message is not where it would be best; the message says so. */
  shortfall: z.enum(shortfalls).optional(),
})
export type DiscordAddress = z.infer<typeof address>

export function readAddress(stored: Address): DiscordAddress {
  return address.parse(JSON.parse(stored))
}

export function writeAddress(of: DiscordAddress): Address {
  return JSON.stringify(of)
}

const details = z.object({
  /** The person's language, as Discord names it. */
  locale: z.string().optional(),
  /** What the bot may do there (`app_permissions`), in decimal. */
  permissions: z.string().optional(),
  /** The app is there for one person alone, or in a group: it can only answer, by the token. */
  answersOnly: z.boolean().optional(),
  /** The interaction's token, and until when it works, on the wall clock. */
  token: z.string().optional(),
  tokenUntilMs: z.number().optional(),
  /** The interaction's own answer is public, still empty, and waits for the courier to fill it. */
  fillsAnswer: z.boolean().optional(),
  /** The interaction's own response is ephemeral and says only that the app is thinking. */
  isDeferred: z.boolean().optional(),
  /** What a file may have there (`attachment_size_limit`). */
  uploadLimitBytes: z.number().optional(),
  /** The message whose button was pressed: what comes of it answers to that. */
  pressedId: z.string().optional(),
})
export type DiscordDetails = z.infer<typeof details>

export function detailsOf(conversation: Pick<Conversation, 'details'>): DiscordDetails {
  return details.parse(conversation.details ?? {})
}

/** As they are stored: nothing is undefined. */
export function writeDetails(given: DiscordDetails): NonNullable<Conversation['details']> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}
