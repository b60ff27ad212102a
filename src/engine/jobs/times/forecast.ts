/** Forecasts when each waiting job will be done, by simulating the queue over the devices. Pure. */
import type { Device } from '../devices/device.ts'
import type { QueuedJob } from '../job-store.ts'
import type { Run } from '../run.ts'
import type { Speeds } from './speeds.ts'

/** The forecast of a queued job. */
export interface Forecast {
  /** 1 is next. */
  place: number
  outlook: Outlook
}

/** When a queued job will be done, or why that is unknown. */
export type Outlook =
  | { kind: 'time'; etaMs: number }
  /** Speeds are not measured yet, or the job is beyond the horizon and no simulated job is for the same devices. */
  | { kind: 'unknown' }
  | { kind: BlockedReason }

/**
 * The reason why a job cannot start. `paused`: the operator has paused every device. `no-device`: no device that works now can hold
 * the job.
 */
export type BlockedReason = 'paused' | 'no-device'

/** The progress of a running job. */
export interface RunProgress {
  device: string
  step: number
  /** 0 until the first step. */
  steps: number
  preview?: Uint8Array
  /** Until it is done; undefined while speeds are unknown. */
  etaMs?: number
}

export interface DeviceAvailability {
  /** The remaining time of its current job. */
  freeInMs: number
  /** The hash of its model at that time. */
  modelHash?: string
  /** Whether it has the files and the memory for a job. */
  canHold(job: QueuedJob): boolean
  estimateMs(job: QueuedJob, isWarm: boolean): number | undefined
}

/** The availability of a device from its current run. */
export function availabilityOf(
  device: Pick<Device, 'name' | 'warmModel' | 'canHold'>,
  run: Run | undefined,
  speeds: Speeds,
  nowMs: number,
): DeviceAvailability {
  return {
    freeInMs: run?.remainingMs(speeds, nowMs) ?? 0,
    modelHash: run?.job.modelHash ?? device.warmModel,
    canHold: job => device.canHold(job),
    estimateMs: (job, isWarm) => speeds.estimateMs(device.name, job, isWarm),
  }
}

/** The number of simulated jobs. The times of later positions are extrapolated: see SimulatedQueue. */
export const horizon = 200

/**
 * The forecast times of the first jobs of a serving order. Each job runs on the first free device that can hold it; a job that no
 * device can hold has no time, and later jobs pass it. The list ends at the first job whose duration is unknown.
 */
export function simulateQueue(
  order: readonly QueuedJob[],
  devices: readonly DeviceAvailability[],
): (number | undefined)[] {
  const free = devices.map(device => ({ device, atMs: device.freeInMs, modelHash: device.modelHash }))
  const etasMs: (number | undefined)[] = []
  if (free.length === 0) return etasMs
  for (const job of order.slice(0, horizon)) {
    const next = firstFree(free, job)
    if (!next) {
      etasMs.push(undefined)
      continue
    }
    const jobMs = next.device.estimateMs(job, next.modelHash === job.modelHash)
    if (jobMs === undefined) return etasMs
    next.atMs += jobMs
    next.modelHash = job.modelHash
    etasMs.push(next.atMs)
  }
  return etasMs
}

interface SimulatedDevice {
  readonly device: DeviceAvailability
  atMs: number
  modelHash: string | undefined
}

function firstFree(devices: readonly SimulatedDevice[], job: QueuedJob): SimulatedDevice | undefined {
  let first: SimulatedDevice | undefined
  for (const one of devices) if ((!first || one.atMs < first.atMs) && one.device.canHold(job)) first = one
  return first
}
