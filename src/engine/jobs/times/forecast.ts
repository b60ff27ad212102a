/** Forecasts when each waiting job will be done, by simulating the queue over the devices. Pure. */
import type { Run } from '../run.ts'
import type { Waiting } from '../store.ts'
import type { Speeds } from './speeds.ts'

/** Where a queued job stands. */
export interface Forecast {
  /** 1 is next. */
  place: number
  /** Until it is done; undefined while speeds are unknown. */
  etaMs?: number
}

/** How far a running job is. */
export interface Progress {
  device: string
  step: number
  /** 0 until the first step. */
  steps: number
  preview?: Uint8Array
  /** Until it is done; undefined while speeds are unknown. */
  etaMs?: number
}

export interface DeviceAvailability {
  /** When it is done with what it runs now. */
  freeInMs: number
  /** Of the model that it has when it is free. */
  modelHash?: string
  estimateMs(job: Waiting, isWarm: boolean): number | undefined
}

/** What a device does now and will do next. */
export function availabilityOf(
  device: { readonly name: string; readonly warmModel: string | undefined },
  runs: Iterable<Run>,
  speeds: Speeds,
  nowMs: number,
): DeviceAvailability {
  const run = [...runs].find(other => other.device === device)
  return {
    freeInMs: run?.remainingMs(speeds, nowMs) ?? 0,
    modelHash: run?.job.modelHash ?? device.warmModel,
    estimateMs: (job, isWarm) => speeds.estimateMs(device.name, job, isWarm),
  }
}

/** So many are played forward; who stands further back is told in proportion. */
export const horizon = 200

/**
 * Times to go of the first jobs of a serving order, each of which goes to the device that is free first. The list ends
 * where speeds are unknown.
 */
export function simulateQueue(order: readonly Waiting[], devices: readonly DeviceAvailability[]): number[] {
  const free = devices.map(device => ({ device, atMs: device.freeInMs, modelHash: device.modelHash }))
  const etasMs: number[] = []
  for (const job of order.slice(0, horizon)) {
    const [first, ...others] = free
    if (!first) return etasMs
    const next = others.reduce((a, b) => (b.atMs < a.atMs ? b : a), first)
    const jobMs = next.device.estimateMs(job, next.modelHash === job.modelHash)
    if (jobMs === undefined) return etasMs
    next.atMs += jobMs
    next.modelHash = job.modelHash
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
