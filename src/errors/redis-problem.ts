/** Why a Redis cannot be used, as codes with facts; words/ has their sentences. */
import { z } from 'zod'

export const redisProblem = z.discriminatedUnion('what', [
  /** `code`: the system's, or that of TLS. */
  z.object({ what: z.literal('unreachable'), code: z.string() }),
  /** Something answers there in another protocol, such as HTTP or TLS. */
  z.object({ what: z.literal('other-protocol') }),
  /** User or password are wrong, or missing. */
  z.object({ what: z.literal('not-admitted') }),
  z.object({ what: z.literal('version'), found: z.string(), needed: z.string() }),
  /** Redis may throw keys away when its memory is full. */
  z.object({ what: z.literal('eviction'), policy: z.string() }),
  /** It copies another one and takes no writes of its own, or loses them. */
  z.object({ what: z.literal('replica') }),
  /** Its keys are spread over several servers, or may be: scripts with several keys fail. */
  z.object({ what: z.literal('cluster') }),
  /** It refuses writes until there is room again. */
  z.object({ what: z.literal('full'), place: z.enum(['memory', 'disk']) }),
  /** The user may not use keys that begin with the prefix. */
  z.object({ what: z.literal('keys'), prefix: z.string() }),
  /** The user may not run these commands, or this Redis does not have them. */
  z.object({ what: z.literal('commands'), missing: z.array(z.string()) }),
])

export type RedisProblem = z.infer<typeof redisProblem>
