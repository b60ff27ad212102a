/** The schemas of JSON documents in rows. Every document is checked when it is read. */

import { z } from 'zod'
import { type Audience, audiences, conversationKinds } from '../../common/conversations.ts'
import { type Platform, platforms } from '../../common/platforms.ts'
import type { Failure } from '../../engine/jobs/job-store.ts'
import { isErrorCode, readErrorDetails } from '../../errors/error-details.ts'

export const platform = z.enum(platforms)

/** A conversation from before audiences were recorded counts as private, except that of the web chat, which is one public channel. */
export const conversation = z
  .object({
    platform,
    spaceId: z.string(),
    channelId: z.string(),
    threadId: z.string().optional(),
    kind: z.enum(conversationKinds),
    audience: z.enum(audiences).optional(),
    details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  })
  .transform(row => ({ ...row, audience: row.audience ?? audienceBefore(row) }))

function audienceBefore(place: { platform: Platform; threadId?: string | undefined }): Audience {
  if (place.platform === 'web') return 'space'
  return place.threadId === undefined ? 'channel' : 'thread'
}

/** The methods of a delivery, best first: `edit` turns the existing message into the result. */
export const deliveryMethodNames = ['edit', 'thread', 'place', 'answer', 'direct'] as const

/**
 * Why a method is closed, or why something was not deleted: the target is deleted; permission is missing; the text or the
 * files are refused; the time limit is over; the person accepts no direct messages; the platform did not respond for days;
 * another reason, known only by the platform's code.
 */
export const refusalReasons = [
  'deleted',
  'forbidden',
  'content',
  'files',
  'expired',
  'no-direct-messages',
  'silent',
  'unknown',
] as const

export const refusal = z.object({
  /** The method, or the object that was not deleted. */
  what: z.string(),
  reason: z.enum(refusalReasons),
  /** The platform's own error code, for operators. */
  code: z.string(),
})
export const refusals = z.array(refusal)

export const personSettings = z.object({
  model: z.string().optional(),
  size: z.object({ widthPx: z.number().int(), heightPx: z.number().int() }).optional(),
  count: z.number().int().optional(),
  negative: z.string().optional(),
  refine: z.boolean().optional(),
  notify: z.boolean().optional(),
})

export type StoredConversation = z.infer<typeof conversation>
export type Refusal = z.infer<typeof refusal>
export type StoredSettings = z.infer<typeof personSettings>

/** The identity of a person on a platform. */
export interface Identity {
  platform: z.infer<typeof platform>
  spaceId: string
  userId: string
  name: string
  address?: string
}

/** A stored failure; undefined if another version of Easel wrote it in another shape. */
export function readFailure(code: string | null, details: unknown): Failure | undefined {
  if (!isErrorCode(code)) return undefined
  const known = readErrorDetails(code, details)
  return known && { code, details: known }
}
