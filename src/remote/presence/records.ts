/**
 * The records that gateways and machines publish every second, and the protocol versions that work together. Later versions may add
 * fields, but never change one, because an older reader must still find the protocol version.
 */
import { z } from 'zod'
import { gatewayWeights } from '../../common/bounds.ts'
import { precisions } from '../../common/choices.ts'

/** Raised when gateways and machines of an earlier version would misunderstand each other. */
const remoteProtocol = 2
/** The oldest version that this one still works with. */
const oldestProtocol = 2

const count = z.number().int().min(0)

/** The progress of channels by session: the numbers of frames that this side has posted and received. */
const channels = z.record(z.string(), z.object({ posted: count, received: count }))

const common = {
  /** Easel's version, for people. */
  version: z.string(),
  /** The protocol that it speaks, and the oldest one that it still understands. */
  protocol: z.object({ newest: count, oldest: count }),
  /** The number of the last record that it read of each peer. The repetition proves to that peer that the writer is alive. */
  heard: z.record(z.string(), count),
  channels,
}

export const reference = z.object({ name: z.string(), hash: z.string() })
export type Reference = z.infer<typeof reference>

/** A model that a machine fetches, and its progress. */
export const fetching = z.object({ name: z.string(), doneBytes: count, totalBytes: count })
export type Fetching = z.infer<typeof fetching>

export const machineRecord = z.object({
  ...common,
  /** Chosen by the operator, and unique among machines. */
  name: z.string().min(1),
  devices: z.array(
    z.object({
      name: z.string().min(1),
      memoryBytes: z.number().positive().optional(),
      /** The precision. Absent if the device chooses, if an older version does not state it, or if a later version names a new one. */
      precision: z.enum(precisions).optional().catch(undefined),
      /** The gateways that have a worker on it and share its time. */
      gateways: z.array(z.string()),
    }),
  ),
  models: z.array(reference),
  files: z.array(reference),
  fetching: fetching.optional(),
  /** Whether it takes no new work, and leaves when its current work is done. */
  draining: z.boolean(),
})
export type MachineRecord = z.infer<typeof machineRecord>

/** Why a gateway gives a machine no work. */
export const refusal = z.enum(['name-taken', 'protocol'])
export type MachineRefusal = z.infer<typeof refusal>

export const gatewayRecord = z.object({
  ...common,
  /** The weight of its work on devices that several gateways share. */
  weight: z.number().min(gatewayWeights.min).max(gatewayWeights.max),
  /** By machine id. */
  refused: z.record(z.string(), refusal),
  /** Whether it is a command that lists machines or sends them away, and has no work itself. */
  isOperator: z.boolean(),
  /** Names of machines that an operator sends away. */
  drained: z.array(z.string()),
  /** The store from which it can read results. */
  store: z.string().optional(),
  /** The machines that may fetch its models. */
  servesModelsTo: z.array(z.string()).optional(),
})
export type GatewayRecord = z.infer<typeof gatewayRecord>

/** Whether two sides have a protocol version in common. */
export function understands(
  own: { newest: number; oldest: number },
  peer: { newest: number; oldest: number },
): boolean {
  return own.oldest <= peer.newest && peer.oldest <= own.newest
}

export const ownProtocol = { newest: remoteProtocol, oldest: oldestProtocol }
