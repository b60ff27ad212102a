/** Why a person's picture cannot be used: codes with the numbers that their sentence needs; words/ says them. */
import { z } from 'zod'

export const pictureProblem = z.discriminatedUnion('what', [
  z.object({ what: z.literal('not-a-picture') }),
  /** A picture, but not PNG, JPEG or WebP. */
  z.object({ what: z.literal('format'), found: z.string() }),
  z.object({ what: z.literal('too-many-bytes'), bytes: z.number(), limitBytes: z.number() }),
  z.object({
    what: z.literal('too-many-pixels'),
    widthPx: z.number(),
    heightPx: z.number(),
    limitPixels: z.number(),
  }),
  z.object({
    what: z.literal('side'),
    widthPx: z.number(),
    heightPx: z.number(),
    minPx: z.number(),
    maxPx: z.number(),
  }),
  z.object({ what: z.literal('animated') }),
  /** Truncated, corrupt, or contradicting itself. */
  z.object({ what: z.literal('damaged') }),
  /** Text or colour profile that unpacks to more than any honest picture has. */
  z.object({ what: z.literal('metadata'), limitBytes: z.number() }),
])

export type PictureProblem = z.infer<typeof pictureProblem>
