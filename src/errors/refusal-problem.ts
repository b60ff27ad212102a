/** Permanent refusals by a chat platform, as codes with facts; words/ has their sentences. */
import { z } from 'zod'

export const refusalProblem = z.discriminatedUnion('what', [
  /** The token in this variable of the environment is not valid. */
  z.object({ what: z.literal('token'), variable: z.string() }),
  /** The token in this variable is valid, but not that of a bot. */
  z.object({ what: z.literal('no-bot-token'), variable: z.string() }),
  /** A workspace's installation has no bot. */
  z.object({ what: z.literal('no-bot') }),
  /** Discord's gateway closed for this reason; only a person can fix it. */
  z.object({ what: z.enum(['sharding', 'intent']) }),
  z.object({ what: z.literal('closed'), code: z.number() }),
  /** The platform's error code, and its subject: a method, an environment variable. */
  z.object({ what: z.literal('error'), subject: z.string(), code: z.string() }),
])

export type RefusalProblem = z.infer<typeof refusalProblem>
