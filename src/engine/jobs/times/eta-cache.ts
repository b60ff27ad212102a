/** The forecast of the queue, computed anew when the queue changes or the forecast is old. */
import type { Clock } from '../../../system/ports.ts'
import type { DeviceList } from '../devices/device-list.ts'
import type { JobQueue } from '../job-queue.ts'
import type { Run } from '../run.ts'
import { availabilityOf, etaAtMs, simulateQueue } from './forecast.ts'
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
  #etasMs: (number | undefined)[] = []

  constructor(parts: EtaParts) {
    this.#parts = parts
  }

  /** The forecast time at a queue position, 1 is next; undefined while speeds are unknown. */
  atPlace(place: number): number | undefined {
    const { clock, queue } = this.#parts
    const nowMs = clock.monotonicMs()
    if (this.#version !== queue.version || nowMs - this.#atMs >= maxAgeMs) {
      this.#version = queue.version
      this.#atMs = nowMs
      this.#etasMs = this.#forecast(nowMs)
    }
    return etaAtMs(this.#etasMs, place)
  }

  #forecast(nowMs: number): (number | undefined)[] {
    const { queue, devices, runs, speeds } = this.#parts
    const runOn = new Map([...runs.values()].map(run => [run.device, run]))
    const availability = devices
      .ready()
      .map(device => availabilityOf(device, runOn.get(device), speeds, nowMs))
    return simulateQueue(queue.order(devices.loadedModels()), availability)
  }
}
