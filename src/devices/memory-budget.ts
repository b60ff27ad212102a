/** How much memory a device's worker may use: the configured amount, or, for the CPU, what is free at the start. */
import { freemem } from 'node:os'
import { bytesOf } from '../common/memory-amount.ts'
import type { DeviceConfig } from '../config/config.ts'

/** What a machine has. */
export interface MachineMemory {
  /** Not used by anybody. */
  readonly freeBytes: number
  /** What the limits of the process leave it (a cgroup's, on Linux); undefined or very much without a limit. */
  readonly limitBytes: number | undefined
}

/** Reserved for JavaScript's heap, pictures in memory, and other programs on the machine. */
const reservedBytes = 512 * 2 ** 20

/** Undefined for a GPU that the configuration gives no limit: nothing asks it what it has. */
export function memoryBudgetBytes(
  { name, memory, sharedBy = 1 }: Pick<DeviceConfig, 'name' | 'memory' | 'sharedBy'>,
  machine = machineMemory(),
): number | undefined {
  if (memory !== undefined) return bytesOf(memory)
  if (!name.startsWith('cpu')) return undefined
  // Zero stands for an unknown limit, as in Node's own interface.
  const limitBytes = machine.limitBytes || Number.POSITIVE_INFINITY
  const freeBytes = Math.max(0, Math.min(machine.freeBytes, limitBytes) - reservedBytes)
  return Math.floor(freeBytes / sharedBy)
}

function machineMemory(): MachineMemory {
  return { freeBytes: freemem(), limitBytes: process.constrainedMemory() }
}
