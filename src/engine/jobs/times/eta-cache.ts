/** The forecast of the queue, computed anew when the queue changes or the forecast is old. */
import type { Clock } from '../../../system/ports.ts'
import type { DeviceList } from '../devices/device-list.ts'
import type { JobQueue } from '../job-queue.ts'
import type { QueuedJob } from '../job-store.ts'
import type { Run } from '../run.ts'
import { availabilityOf, type Outlook } from './forecast.ts'
import { SimulatedQueue } from './simulated-queue.ts'
import type { Speeds } from './speeds.ts'

const maxAgeMs = 1000

export interface EtaParts {
  clock: Clock
  queue: JobQueue
  devices: DeviceList
  runs: ReadonlyMap<string, Run>
  speeds: Speeds
}

export class EtaCache {
  readonly #parts: EtaParts
  #version = -1
  #atMs = 0
  #simulated: SimulatedQueue = new SimulatedQueue([], [])

  constructor(parts: EtaParts) {
    this.#parts = parts
  }

  /** The outlook of a job at its queue position, 1 is next. */
  outlook(job: QueuedJob, place: number): Outlook {
    const { devices } = this.#parts
    if (devices.isPaused) return { kind: 'paused' }
    if (!devices.ready().some(device => device.canHold(job))) return { kind: 'no-device' }
    const etaMs = this.#simulatedNow().etaAtMs(job, place)
    return etaMs === undefined ? { kind: 'unknown' } : { kind: 'time', etaMs }
  }

  #simulatedNow(): SimulatedQueue {
    const { clock, queue } = this.#parts
    const nowMs = clock.monotonicMs()
    if (this.#version !== queue.version || nowMs - this.#atMs >= maxAgeMs) {
      this.#version = queue.version
      this.#atMs = nowMs
      this.#simulated = this.#simulate(nowMs)
    }
    return this.#simulated
  }

  #simulate(nowMs: number): SimulatedQueue {
    const { queue, devices, runs, speeds } = this.#parts
    const runOn = new Map([...runs.values()].map(run => [run.device, run]))
    const available = devices.ready().map(device => availabilityOf(device, runOn.get(device), speeds, nowMs))
    return new SimulatedQueue(queue.order(devices.loadedModels()), available)
  }
}
