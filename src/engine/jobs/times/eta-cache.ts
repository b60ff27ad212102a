/** The forecast of the queue, computed anew when the queue changes or the forecast is old. */
import type { Clock } from '../../../system/ports.ts'
import { warmModels } from '../devices/choose-device.ts'
import type { Device } from '../devices/device.ts'
import type { JobQueue } from '../job-queue.ts'
import type { Run } from '../run.ts'
import { availabilityOf, etaAtMs, simulateQueue } from './forecast.ts'
import type { Speeds } from './speeds.ts'

const maxAgeMs = 1000

export interface EtaParts {
  clock: Clock
  queue: JobQueue
  devices: readonly Device[]
  runs: ReadonlyMap<string, Run>
  speeds: Speeds
}

export class EtaCache {
  readonly #parts: EtaParts
  #version = -1
  #atMs = 0
  #etasMs: number[] = []

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

  #forecast(nowMs: number): number[] {
    const { queue, devices, runs, speeds } = this.#parts
    const ready = devices.filter(device => device.state === 'ready')
    const availability = ready.map(device => availabilityOf(device, runs.values(), speeds, nowMs))
    return simulateQueue(queue.order(warmModels(devices)), availability)
  }
}
