/** When each waiting job will be done: the line played forward over the devices. Pure. */
import type { Waiting } from './store.ts'

export interface DeviceOutlook {
  /** When it is done with what it runs now. */
  freeInMs: number
  estimateMs(job: Waiting): number | undefined
}

/** So many are played forward; who stands further back is told in proportion. */
export const horizon = 200

/**
 * Times to go of the first jobs of a serving order, each of which goes to the device that is free first. The list ends
 * where speeds are unknown.
 */
export function playForward(order: readonly Waiting[], devices: readonly DeviceOutlook[]): number[] {
  const free = devices.map(device => ({ device, atMs: device.freeInMs }))
  const etasMs: number[] = []
  for (const job of order.slice(0, horizon)) {
    const [first, ...others] = free
    if (!first) return etasMs
    const next = others.reduce((a, b) => (b.atMs < a.atMs ? b : a), first)
    const jobMs = next.device.estimateMs(job)
    if (jobMs === undefined) return etasMs
    next.atMs += jobMs
    etasMs.push(next.atMs)
  }
  return etasMs
}

/** Time to go at a place, 1 being next; undefined while speeds are unknown. */
export function etaAtMs(etasMs: readonly number[], place: number): number | undefined {
  if (place <= horizon) return etasMs[place - 1]
  const farthestMs = etasMs[horizon - 1]
  return farthestMs === undefined ? undefined : (farthestMs * place) / horizon
}
