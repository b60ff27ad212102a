/** A queue whose first jobs are simulated, and the forecast times of all its jobs. */
import { positionIn } from '../../../common/collections/position-in.ts'
import type { QueuedJob } from '../job-store.ts'
import { type DeviceAvailability, horizon, simulateQueue } from './forecast.ts'

export class SimulatedQueue {
  readonly #order: readonly QueuedJob[]
  readonly #devices: readonly DeviceAvailability[]
  readonly #etasMs: readonly (number | undefined)[]
  /** The devices that can hold a job, by the job's needs. Most jobs have one of a few needs. */
  readonly #holders = new Map<string, string>()
  /** The places of the jobs that the same devices can hold, in ascending order; computed for a job beyond the horizon. */
  #places: ReadonlyMap<string, readonly number[]> | undefined

  /** `order`: the whole queue, the next job first. */
  constructor(order: readonly QueuedJob[], devices: readonly DeviceAvailability[]) {
    this.#order = order
    this.#devices = devices
    this.#etasMs = simulateQueue(order, devices)
  }

  /**
   * The forecast time of a job at its place, 1 is next; undefined while speeds are unknown. Beyond the horizon it is in
   * proportion to the time of the last simulated job that the same devices can hold. Jobs for other devices are not counted.
   */
  etaAtMs(job: QueuedJob, place: number): number | undefined {
    if (place <= horizon) return this.#etasMs[place - 1]
    if (this.#etasMs.length < horizon) return undefined
    this.#places ??= this.#placesByHolders()
    const alike = this.#places.get(this.#holdersOf(job)) ?? []
    const simulated = countUpTo(alike, horizon)
    const lastPlace = alike[simulated - 1]
    const knownMs = lastPlace === undefined ? undefined : this.#etasMs[lastPlace - 1]
    return knownMs === undefined ? undefined : (knownMs * (countUpTo(alike, place - 1) + 1)) / simulated
  }

  #placesByHolders(): ReadonlyMap<string, readonly number[]> {
    const places = new Map<string, number[]>()
    for (const [i, job] of this.#order.entries()) {
      const holders = this.#holdersOf(job)
      const alike = places.get(holders)
      if (alike) alike.push(i + 1)
      else places.set(holders, [i + 1])
    }
    return places
  }

  /** One character for each device: whether it can hold the job. */
  #holdersOf(job: QueuedJob): string {
    const { cpu, float32, float16 } = job.neededMemory
    const needed = [cpu, float32, float16, ...job.needs].join()
    const known = this.#holders.get(needed)
    if (known !== undefined) return known
    const holders = this.#devices.map(device => (device.canHold(job) ? 'y' : 'n')).join('')
    this.#holders.set(needed, holders)
    return holders
  }
}

/** The number of places up to `most`, inclusive. */
function countUpTo(places: readonly number[], most: number): number {
  return positionIn(places, most + 1, (a, b) => a - b)
}
