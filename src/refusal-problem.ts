/** Why a chat platform refuses Easel altogether: codes with their facts; words/ says them. */
import { z } from 'zod'

export const refusalProblem = z.discriminatedUnion('what', [
  /** The token in this variable of the environment is not valid. */
  z.object({ what: z.literal('token'), variable: z.string() }),
  /** The token in this variable is valid, but not that of a bot. */
  z.object({ what: z.literal('no-bot-token'), variable: z.string() }),
  /** A workspace's installation brought no bot. */
  z.object({ what: z.literal('no-bot') }),
  /** What Discord's gateway closed for; only a person can mend it. */
  z.object({ what: z.enum(['sharding', 'intent']) }),
  z.object({ what: z.literal('closed'), code: z.number() }),
  /** The platform's own words, and what they are about: a method, a variable of the environment. */
  z.object({ what: z.literal('said'), subject: z.string(), said: z.string() }),
])

export type RefusalProblem = z.infer<typeof refusalProblem>
