/**
 * How much memory a device's worker may use: the configured amount, or what is free at the start. It is measured once per start,
 * before anything of ours runs on the device.
 */
import { freemem } from 'node:os'
import { isCpuName } from '../common/device-names.ts'
import { bytesOf } from '../common/memory-amount.ts'
import type { DeviceConfig } from '../config/config.ts'
import type { LocalMachine } from './choose-devices.ts'
import type { Gpu } from './gpus.ts'

/** A chosen device, with what its worker may use; absent: nobody knows. */
export type BudgetedDevice = DeviceConfig & { readonly memoryBytes?: number }

/** What a machine has. */
export interface MachineMemory {
  /** The memory that nobody uses. */
  readonly freeBytes: number
  /** What the limits of the process leave it (a cgroup's, on Linux); undefined or very much without a limit. */
  readonly limitBytes: number | undefined
}

const mib = 2 ** 20

/** Reserved for JavaScript's heap, pictures in memory, and other programs on the machine. */
const reservedBytes = 512 * mib

/**
 * Reserved on a card for what a process has there besides the runtime's memory: CUDA's context, and the code and the buffers of its
 * libraries. An estimate: an H200 held 2 GiB besides the weights after a call that is counted with 1 GiB (docs/benchmarks.md).
 */
const reservedOnCardBytes = 512 * mib

/** The devices with their budgets. NVIDIA's driver is asked only if the configuration leaves a card's budget open. */
export async function withBudgets(
  devices: readonly DeviceConfig[],
  machine: Pick<LocalMachine, 'cards' | 'adapterAddresses'>,
  host = machineMemory(),
): Promise<BudgetedDevice[]> {
  const isOpen = devices.some(device => !isCpuName(device.name) && device.memory === undefined)
  const cards = (isOpen && (await machine.cards())) || []
  return devices.map(device => {
    const card = cardOf(device, cards, machine)
    const memoryBytes = memoryBudgetBytes(device, host, card?.freeMib)
    return { ...device, ...(memoryBytes !== undefined && { memoryBytes }) }
  })
}

/** The runtime chooses WebGPU's adapter, so its card is known only if the machine has one adapter. */
function cardOf(
  { name }: Pick<DeviceConfig, 'name'>,
  cards: readonly Gpu[],
  machine: Pick<LocalMachine, 'adapterAddresses'>,
): Gpu | undefined {
  if (name !== 'webgpu') return cards.find(({ ordinal }) => name === `cuda:${ordinal}`)
  const [address, ...others] = machine.adapterAddresses()
  return others.length > 0 ? undefined : cards.find(card => card.address === address)
}

/** freeMib: of the card, if the device is a card that tells. Undefined for a GPU of which nothing is known. */
export function memoryBudgetBytes(
  { name, memory, sharedBy = 1 }: Pick<DeviceConfig, 'name' | 'memory' | 'sharedBy'>,
  machine = machineMemory(),
  freeMib?: number,
): number | undefined {
  if (memory !== undefined) return bytesOf(memory)
  if (!isCpuName(name)) {
    return freeMib === undefined ? undefined : atLeastOne(freeMib * mib - reservedOnCardBytes)
  }
  // Zero stands for an unknown limit, as in Node's own interface.
  const limitBytes = machine.limitBytes || Number.POSITIVE_INFINITY
  return atLeastOne((Math.min(machine.freeBytes, limitBytes) - reservedBytes) / sharedBy)
}

/** A worker may not be told that it has nothing. */
function atLeastOne(bytes: number): number {
  return Math.max(1, Math.floor(bytes))
}

function machineMemory(): MachineMemory {
  return { freeBytes: freemem(), limitBytes: process.constrainedMemory() }
}
