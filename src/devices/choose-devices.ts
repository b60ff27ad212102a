/** Chooses the devices to paint on: the configured ones, or with `auto` the best available ones. */
import { isCpuName } from '../common/device-names.ts'
import type { DeviceConfig } from '../config/config.ts'
import { AppError } from '../errors/errors.ts'
import type { Gpu } from './gpus.ts'

/** The devices of this machine. */
export interface LocalMachine {
  /** The NVIDIA cards; undefined if their driver does not respond. */
  cards(): Promise<readonly Gpu[] | undefined>
  /** Starts and ends a worker on a device; returns the fault if it does not start. */
  open(device: string): Promise<AppError | undefined>
  /** Whether there is a hardware graphics adapter. */
  hasAdapter(): boolean
  /** The PCI addresses of all hardware graphics adapters; empty if they are not known. */
  adapterAddresses(): readonly string[]
  /** Logical processors that this process may use. */
  readonly processors: number
}

/** The reason why the CUDA cards are not used. */
export type CudaLack =
  | { readonly lack: 'driver' }
  | { readonly lack: 'cards' }
  | { readonly lack: 'libraries'; readonly cards: readonly Gpu[]; readonly error: AppError }

export type WebGpuLack =
  | { readonly lack: 'adapter' }
  | { readonly lack: 'unusable'; readonly error: AppError }

/** The reason for the choice. */
export type DeviceReason =
  | { readonly why: 'configured' }
  | { readonly why: 'cuda'; readonly cards: readonly Gpu[] }
  | { readonly why: 'webgpu'; readonly cuda: CudaLack }
  | { readonly why: 'cpu'; readonly cuda: CudaLack; readonly webgpu: WebGpuLack }

export interface DeviceChoice {
  readonly devices: readonly DeviceConfig[]
  readonly reason: DeviceReason
}

/** The name in the configuration that leaves the choice to Easel. */
const autoName = 'auto'

/** @throws AppError 'config' when the list names a card twice: as `webgpu` and as `cuda:N`. */
export async function chooseDevices(
  configured: readonly DeviceConfig[],
  machine: LocalMachine,
): Promise<DeviceChoice> {
  const auto = configured.find(({ name }) => name === autoName)
  const duplicates = await cardsOfWebGpu(configured, machine)
  if (duplicates.length > 0)
    throw new AppError('config', { key: 'devices', problem: { what: 'webgpu-twice', cards: duplicates } })
  const choice: DeviceChoice = auto
    ? await chooseBest(auto, machine)
    : { devices: configured, reason: { why: 'configured' } }
  return { ...choice, devices: withThreads(choice.devices, machine.processors) }
}

/**
 * The configured CUDA devices one of which is WebGPU's card. The runtime chooses WebGPU's adapter, so this is known only if the
 * list names every adapter of the machine as a CUDA card; otherwise empty.
 */
async function cardsOfWebGpu(configured: readonly DeviceConfig[], machine: LocalMachine): Promise<string[]> {
  const names = configured.map(({ name }) => name)
  if (!names.includes('webgpu') || !names.some(name => name.startsWith('cuda:'))) return []
  const addresses = machine.adapterAddresses()
  const cards = (addresses.length > 0 && (await machine.cards())) || []
  const named = cards.filter(({ ordinal }) => names.includes(`cuda:${ordinal}`))
  const areAllNamed = addresses.every(address => named.some(card => card.address === address))
  const isAdapter = ({ address }: Gpu) => addresses.includes(address)
  return areAllNamed ? named.filter(isAdapter).map(({ ordinal }) => `cuda:${ordinal}`) : []
}

async function chooseBest(auto: DeviceConfig, machine: LocalMachine): Promise<DeviceChoice> {
  const cuda = await tryCuda(machine)
  if (!('lack' in cuda)) {
    const devices = cuda.cards.map(({ ordinal }) => ({ ...auto, name: `cuda:${ordinal}` }))
    return { devices, reason: { why: 'cuda', cards: cuda.cards } }
  }
  const webgpu = await tryWebGpu(machine)
  if (!webgpu) return { devices: [{ ...auto, name: 'webgpu' }], reason: { why: 'webgpu', cuda } }
  return { devices: [{ ...auto, name: 'cpu' }], reason: { why: 'cpu', cuda, webgpu } }
}

/** One card that starts shows that the libraries are there. The pool quarantines one that does not, and tries it again. */
async function tryCuda(machine: LocalMachine): Promise<{ readonly cards: readonly Gpu[] } | CudaLack> {
  const cards = await machine.cards()
  if (!cards) return { lack: 'driver' }
  let firstError: AppError | undefined
  for (const { ordinal } of cards) {
    const error = await machine.open(`cuda:${ordinal}`)
    if (!error) return { cards }
    firstError ??= error
  }
  return firstError ? { lack: 'libraries', cards, error: firstError } : { lack: 'cards' }
}

async function tryWebGpu(machine: LocalMachine): Promise<WebGpuLack | undefined> {
  if (!machine.hasAdapter()) return { lack: 'adapter' }
  const error = await machine.open('webgpu')
  return error && { lack: 'unusable', error }
}

/** Several CPU workers share cores and memory. A single one uses the runtime's default. */
export function withThreads(devices: readonly DeviceConfig[], processors: number): readonly DeviceConfig[] {
  const onCpu = devices.filter(({ name }) => isCpuName(name))
  const free = onCpu.filter(({ threads }) => threads === 0)
  if (onCpu.length < 2) return devices
  const taken = onCpu.reduce((sum, { threads }) => sum + threads, 0)
  const share = Math.max(1, Math.floor((processors - taken) / Math.max(1, free.length)))
  return devices.map(device => {
    if (!onCpu.includes(device)) return device
    const threads = device.threads === 0 ? share : device.threads
    return { ...device, threads, sharedBy: onCpu.length }
  })
}
