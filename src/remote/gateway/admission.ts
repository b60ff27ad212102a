/** Decides which machines get work, as a pure function: those that speak the protocol, and one of each name. */
import type { Peer } from '../presence/presence.ts'
import { type MachineRecord, type MachineRefusal, ownProtocol, understands } from '../presence/records.ts'

export interface MachineAdmission extends Peer<MachineRecord> {
  /** Absent if the machine gets work. */
  readonly refused?: MachineRefusal
}

/**
 * The machines with their admissions. `before`: the result of the last heartbeat; the machine that had a name first keeps it until
 * it ends.
 */
export function admit(
  machines: readonly Peer<MachineRecord>[],
  before: readonly MachineAdmission[],
): MachineAdmission[] {
  const order = new Map(before.filter(({ refused }) => !refused).map(({ id }, index) => [id, index]))
  const rank = ({ id }: { id: string }) => order.get(id) ?? order.size
  const names = new Set<string>()
  return [...machines]
    .sort((a, b) => rank(a) - rank(b))
    .map(({ id, record }) => {
      if (!understands(ownProtocol, record.protocol)) return { id, record, refused: 'protocol' as const }
      // A draining machine gets no more work, so its successor may have the name.
      if (record.draining) return { id, record }
      if (names.has(record.name)) return { id, record, refused: 'name-taken' as const }
      names.add(record.name)
      return { id, record }
    })
}
