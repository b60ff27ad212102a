/**
 * Chooses a free device for a job: one that has all that it needs, not one that it failed on while others are free, and
 * preferably one with its model loaded.
 */
import type { Waiting } from '../store.ts'
import type { Device } from './device.ts'

/**
 * Undefined: no such device is free. failedOn: the device of the job's last failed try; it is used again, once it works again, only if
 * no other device is free.
 */
export function chooseDevice(
  job: Pick<Waiting, 'modelHash' | 'needs'>,
  devices: readonly Device[],
  failedOn: string | undefined,
): Device | undefined {
  const allFree = devices.filter(device => device.state === 'ready' && device.free && device.holds(job))
  const elsewhere = allFree.filter(({ name }) => name !== failedOn)
  const free = elsewhere.length > 0 ? elsewhere : allFree
  return free.find(({ warmModel }) => warmModel === job.modelHash) ?? free[0]
}

/** The hashes of loaded models. */
export function warmModels(devices: readonly Device[]): ReadonlySet<string> {
  return new Set(devices.flatMap(device => device.warmModel ?? []))
}
