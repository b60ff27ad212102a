/** Chooses a free device for a job: not one that it failed on while others are free, and preferably one with its model. */
import type { Waiting } from '../store.ts'
import type { Device } from './device.ts'

/**
 * Undefined: no device is free. failedOn: the device of the job's last failed try; it is used again, once it works again, only if
 * no other device is free.
 */
export function chooseDevice(
  { modelHash }: Pick<Waiting, 'modelHash'>,
  devices: readonly Device[],
  failedOn: string | undefined,
): Device | undefined {
  const allFree = devices.filter(device => device.state === 'ready' && device.free)
  const elsewhere = allFree.filter(({ name }) => name !== failedOn)
  const free = elsewhere.length > 0 ? elsewhere : allFree
  return free.find(({ warmModel }) => warmModel === modelHash) ?? free[0]
}

/** The hashes of loaded models. */
export function warmModels(devices: readonly Device[]): ReadonlySet<string> {
  return new Set(devices.flatMap(device => device.warmModel ?? []))
}
