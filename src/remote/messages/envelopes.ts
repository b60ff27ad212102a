/** The messages of a channel: an envelope around the worker protocol's messages, and a few of its own. */
import { z } from 'zod'

export const envelopeToMachine = z.discriminatedUnion('kind', [
  /** The first message of each channel. `storePauseMs`: the time without the store, after a result could not be read from it. */
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
  /** The number of a worker's message in the store. */
  z.object({ kind: z.literal('stored'), sequence: z.number().int().min(0) }),
  /** The last message: how the worker ended. */
  z.object({ kind: z.literal('ended'), reason: z.string(), byOthers: z.boolean() }),
])
export type EnvelopeToGateway = z.output<typeof envelopeToGateway>
