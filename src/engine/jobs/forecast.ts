/** When each waiting job will be done: the line played forward over the devices. Pure. */
import type { Waiting } from './store.ts'

export interface DeviceOutlook {
  /** When it is done with what it runs now. */
  freeInMs: number
  estimateMs(job: Waiting): number | undefined
}

export interface Forecast {
  /** 1 is next. */
  place: number
  /** Undefined while speeds are unknown. */
  etaMs?: number
}

/** `order` is the serving order; each job goes to the device that is free first. */
export function forecast(
  order: readonly Waiting[],
  devices: readonly DeviceOutlook[],
): Map<string, Forecast> {
  const free = devices.map(device => ({ device, atMs: device.freeInMs }))
  let known = free.length > 0
  const result = new Map<string, Forecast>()
  for (const [index, job] of order.entries()) {
    const place = index + 1
    const next = free.reduce((a, b) => (b.atMs < a.atMs ? b : a), free[0] ?? { device: undefined, atMs: 0 })
    const jobMs = next.device?.estimateMs(job)
    known &&= jobMs !== undefined
    next.atMs += jobMs ?? 0
    result.set(job.jobId, known ? { place, etaMs: next.atMs } : { place })
  }
  return result
}
