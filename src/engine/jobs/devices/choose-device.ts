/** Which of the free devices a job gets: none that it failed on while others are of use, and best one that holds its model. */
import type { Waiting } from '../store.ts'
import type { Device } from './device.ts'

/**
 * Undefined: the job waits for a device that is busy. failedOn: the device that the job's latest try failed on; it is taken
 * again only where no other device takes jobs.
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

/** Hashes of the models that lie ready. */
export function warmModels(devices: readonly Device[]): ReadonlySet<string> {
  return new Set(devices.flatMap(device => device.warmModel ?? []))
}
