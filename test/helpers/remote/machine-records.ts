/** What machines say of themselves, for tests without a Redis. */
import type { MachineAdmission } from '../../../src/remote/gateway/admission.ts'
import { type MachineRecord, ownProtocol } from '../../../src/remote/presence/records.ts'

export function machineNamed(name: string, changes: Partial<MachineRecord> = {}): MachineAdmission {
  const record: MachineRecord = {
    version: '0',
    protocol: ownProtocol,
    heard: {},
    channels: {},
    name,
    devices: [{ name: 'cuda:0', memoryBytes: 24e9, gateways: [] }],
    models: [],
    files: [],
    draining: false,
    ...changes,
  }
  return { id: `id of ${name}`, record }
}
