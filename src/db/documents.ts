/** The JSON documents inside rows: what is read back is checked, whoever wrote it. */
import { z } from 'zod'
import type { Failure } from '../engine/jobs/store.ts'
import { isErrorCode, readErrorDetails } from '../error-details.ts'
import { platforms } from '../platforms.ts'

export const platform = z.enum(platforms)

const audience = z.enum(['space', 'channel', 'thread'])

/** Rows of before audiences were recorded count as private. */
export const conversation = z
  .object({
    platform,
    spaceId: z.string(),
    channelId: z.string(),
    threadId: z.string().optional(),
    kind: z.enum(['channel', 'thread', 'direct']),
    audience: audience.optional(),
    details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  })
  .transform(row => ({ ...row, audience: row.audience ?? narrowest(row) }))

function narrowest({ threadId }: { threadId?: string | undefined }): z.infer<typeof audience> {
  return threadId === undefined ? 'channel' : 'thread'
}

export const personSettings = z.object({
  model: z.string().optional(),
  size: z.object({ widthPx: z.number().int(), heightPx: z.number().int() }).optional(),
  count: z.number().int().optional(),
  negative: z.string().optional(),
  refine: z.boolean().optional(),
})

export type StoredConversation = z.infer<typeof conversation>
export type StoredSettings = z.infer<typeof personSettings>

/** Who a person is, on which platform. */
export interface Identity {
  platform: z.infer<typeof platform>
  spaceId: string
  userId: string
  name: string
}

/** A stored failure; undefined where another version of Easel wrote it in another shape. */
export function readFailure(code: string | null, details: unknown): Failure | undefined {
  if (!isErrorCode(code)) return undefined
  const known = readErrorDetails(code, details)
  return known && { code, details: known }
}
