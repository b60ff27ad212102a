/** Why the S3-compatible store cannot be used, as codes with facts; words/ has their sentences. */
import { z } from 'zod'

export const storeProblem = z.discriminatedUnion('what', [
  /** `code`: of the system, or of the connection. */
  z.object({ what: z.literal('unreachable'), code: z.string() }),
  /** `code`: S3's own, such as NoSuchBucket or AccessDenied; empty where the answer has none. */
  z.object({
    what: z.literal('refused'),
    doing: z.enum(['write', 'read', 'delete']),
    status: z.number(),
    code: z.string(),
  }),
  /** What was read is not what was written. */
  z.object({ what: z.literal('damaged') }),
])

export type StoreProblem = z.infer<typeof storeProblem>
