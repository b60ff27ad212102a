/** Problems of a person's picture, as codes with facts; words/ has their sentences. */
import { z } from 'zod'

export const pictureProblem = z.discriminatedUnion('what', [
  z.object({ what: z.literal('not-a-picture') }),
  /** A picture in another format than PNG, JPEG or WebP. */
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
  /** Truncated, corrupt or inconsistent. */
  z.object({ what: z.literal('damaged') }),
  /** Text or a colour profile that decompresses to an implausible size. */
  z.object({ what: z.literal('metadata'), limitBytes: z.number() }),
])

export type PictureProblem = z.infer<typeof pictureProblem>
