/** Chooses a free device for a job: not one that it failed on while others are usable, and preferably one with its model. */
import type { Waiting } from '../store.ts'
import type { Device } from './device.ts'

/**
 * Undefined: the job waits for a busy device. failedOn: the device of the job's last failed try; it is used again only if no
 * other device accepts jobs.
 */
export function chooseDevice(
  { modelHash }: Pick<Waiting, 'modelHash'>,
  devices: readonly Device[],
  failedOn: string | undefined,
): Device | undefined {
  const taking = devices.filter(({ state }) => state === 'ready')
  const others = taking.filter(({ name }) => name !== failedOn)
  const free = (others.length > 0 ? others : taking).filter(device => device.free)
  return free.find(({ warmModel }) => warmModel === modelHash) ?? free[0]
}

/** The hashes of loaded models. */
export function warmModels(devices: readonly Device[]): ReadonlySet<string> {
  return new Set(devices.flatMap(device => device.warmModel ?? []))
}
