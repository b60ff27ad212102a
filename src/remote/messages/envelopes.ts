/** The messages of a channel: the worker protocol's own, and the few that a machine needs besides. */
import { z } from 'zod'

export const envelopeToMachine = z.discriminatedUnion('kind', [
  /** The first message of each channel. `storePauseMs`: how long the store is unused after it lost a result. */
  z.object({ kind: z.literal('open'), device: z.string(), storePauseMs: z.number().min(0).optional() }),
  /** A message of engine/host/protocol.ts, which the worker validates. */
  z.object({ kind: z.literal('message'), message: z.unknown() }),
  /** Ends the worker at once. */
  z.object({ kind: z.literal('kill') }),
])
export type EnvelopeToMachine = z.output<typeof envelopeToMachine>

export const envelopeToGateway = z.discriminatedUnion('kind', [
  /** A message of engine/host/protocol.ts, which the host validates. */
  z.object({ kind: z.literal('message'), message: z.unknown() }),
  /** A worker's message that is in the store, by its number there. */
  z.object({ kind: z.literal('stored'), sequence: z.number().int().min(0) }),
  /** The last message: how the worker ended. */
  z.object({ kind: z.literal('ended'), reason: z.string(), byOthers: z.boolean() }),
])
export type EnvelopeToGateway = z.output<typeof envelopeToGateway>
