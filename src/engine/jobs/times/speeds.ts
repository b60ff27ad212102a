/** The speeds of devices, learned from reported steps, for estimates and for the detection of stalls. */
import type { JobSize, Waiting } from '../store.ts'
import { LatestValues } from './latest-values.ts'

/** The weight of the newest value in a moving average: about the last ten values matter. */
const freshness = 0.2
/** The number of steps per device for the 99th percentile. */
const remembered = 200

interface Measure {
  pixels: number
  ms: number
}

/** Moving averages of one quantity at several picture sizes. */
class BySize {
  readonly #measures = new Map<number, Measure>()

  record(pixels: number, ms: number): void {
    const known = this.#measures.get(pixels)
    this.#measures.set(pixels, { pixels, ms: known ? known.ms + freshness * (ms - known.ms) : ms })
  }

  /** For a new size: from the nearest known size, in proportion to the pixels. */
  at(pixels: number): number | undefined {
    let nearest: Measure | undefined
    for (const measure of this.#measures.values()) {
      if (!nearest || distance(measure, pixels) < distance(nearest, pixels)) nearest = measure
    }
    return nearest && (nearest.ms * pixels) / nearest.pixels
  }
}

function distance(measure: Measure, pixels: number): number {
  return Math.abs(Math.log(measure.pixels / pixels))
}

export class Speeds {
  readonly #steps = new Map<string, BySize>()
  readonly #rests = new Map<string, BySize>()
  /** By whether the device already had the job's model. */
  readonly #loads = new Map<string, BySize>()
  readonly #recent = new Map<string, LatestValues>()

  /** One step of a set of pictures took `ms`. */
  stepped(device: string, job: Pick<Waiting, 'modelHash' | 'size'>, ms: number): void {
    bySize(this.#steps, key(device, job)).record(job.size.pixels, ms)
    const recent = this.#recent.get(device) ?? new LatestValues(remembered)
    recent.add(ms)
    this.#recent.set(device, recent)
  }

  /** A job took `ms` besides its steps and loading (encoding texts and pictures, decoding, writing). */
  rested(device: string, job: Pick<Waiting, 'modelHash' | 'size'>, ms: number): void {
    bySize(this.#rests, key(device, job)).record(job.size.pixels, Math.max(0, ms))
  }

  /**
   * Loading weights took a job `ms`. isWarm: the device already had the job's model, so the time is that of exchanging
   * experts that do not fit side by side.
   */
  loaded(device: string, job: Pick<Waiting, 'modelHash' | 'size'>, isWarm: boolean, ms: number): void {
    // The size of weights does not depend on the picture.
    bySize(this.#loads, loadKey(device, job, isWarm)).record(anySize, ms)
  }

  /** Including loading. Undefined until a similar job was measured on that device. */
  estimateMs(device: string, job: Pick<Waiting, 'modelHash' | 'size'>, isWarm = true): number | undefined {
    const rest = this.#rests.get(key(device, job))?.at(job.size.pixels)
    if (job.size.steps === 0) return rest
    const step = this.#steps.get(key(device, job))?.at(job.size.pixels)
    const load = this.#loads.get(loadKey(device, job, isWarm))?.at(anySize) ?? 0
    return step === undefined ? undefined : job.size.steps * step + (rest ?? 0) + load
  }

  /** 99th percentile of a device's latest steps; undefined before the first. */
  p99StepMs(device: string): number | undefined {
    return this.#recent.get(device)?.quantile(0.99)
  }
}

const anySize = 1

function loadKey(device: string, job: { modelHash: string; size: JobSize }, isWarm: boolean): string {
  return `${key(device, job)} ${isWarm}`
}

function key(device: string, job: { modelHash: string; size: JobSize }): string {
  return `${device} ${job.size.kind} ${job.modelHash}`
}

function bySize(map: Map<string, BySize>, name: string): BySize {
  const found = map.get(name) ?? new BySize()
  map.set(name, found)
  return found
}
