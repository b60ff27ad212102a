/** A gateway that publishes its record and reads those of machines, and does nothing else. */
import { Presence } from '../../../src/remote/presence/presence.ts'
import {
  type GatewayRecord,
  type MachineRecord,
  machineRecord,
  ownProtocol,
} from '../../../src/remote/presence/records.ts'
import { recordKeys } from '../../../src/remote/record-keys.ts'
import type { common } from './remote-pair.ts'

/** `changes`: what its record has instead, as it is at each beat. */
export function announceGateway(
  given: ReturnType<typeof common>,
  changes: () => Partial<GatewayRecord>,
): Presence<GatewayRecord, MachineRecord> {
  const { machines, gateways } = recordKeys(given.prefix)
  const presence = new Presence<GatewayRecord, MachineRecord>({
    ...given,
    ownKey: gateways,
    peersKey: machines,
    schema: machineRecord,
    describe: heard => ({
      version: '0',
      weight: 1,
      protocol: ownProtocol,
      heard,
      channels: {},
      refused: {},
      isOperator: false,
      drained: [],
      ...changes(),
    }),
    onHeartbeat: () => {},
    onForgotten: () => {},
    onError: error => {
      throw error
    },
  })
  presence.start()
  return presence
}
