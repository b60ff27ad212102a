/** The speeds of devices, learned from reported steps, for estimates and for the detection of stalls. */
import type { JobSize, QueuedJob } from '../job-store.ts'
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

  /** A new size takes the time of the nearest known size, in proportion to the pixels. */
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

/** The measurements of one kind of job with one model on one device. */
class Measured {
  readonly steps = new BySize()
  readonly overheads = new BySize()
  /** Loads on a device that already had the job's model, and on one that did not. */
  readonly warmLoads = new BySize()
  readonly coldLoads = new BySize()
}

type SizedJob = Pick<QueuedJob, 'modelHash' | 'size'>

export class Speeds {
  /** By device, kind of job and model. Nested maps, because a forecast looks up hundreds and would build a joined key for each. */
  readonly #measured = new Map<string, Map<JobSize['kind'], Map<string, Measured>>>()
  readonly #recent = new Map<string, LatestValues>()

  /** One step of one picture took `ms`. */
  recordStep(device: string, job: SizedJob, ms: number): void {
    this.#of(device, job).steps.record(job.size.pixels, ms)
    const recent = this.#recent.get(device) ?? new LatestValues(remembered)
    recent.add(ms)
    this.#recent.set(device, recent)
  }

  /** A job took `ms` besides its steps and loading (encoding texts and pictures, decoding, writing). Each picture has its share. */
  recordOverhead(device: string, job: SizedJob, ms: number): void {
    this.#of(device, job).overheads.record(job.size.pixels, Math.max(0, ms) / job.size.pictures)
  }

  /**
   * Loading weights took a job `ms`. isWarm: the device already had the job's model, so the time is that of exchanging
   * experts that do not fit side by side.
   */
  recordLoad(device: string, job: SizedJob, isWarm: boolean, ms: number): void {
    const { warmLoads, coldLoads } = this.#of(device, job)
    // The size of weights does not depend on the picture.
    const loads = isWarm ? warmLoads : coldLoads
    loads.record(anySize, ms)
  }

  /** Including loading. Undefined until a similar job was measured on that device. */
  estimateMs(device: string, job: SizedJob, isWarm = true): number | undefined {
    const measured = this.#measured.get(device)?.get(job.size.kind)?.get(job.modelHash)
    if (!measured) return undefined
    const { steps, warmLoads, coldLoads } = measured
    const overheadMs = this.overheadMs(device, job)
    if (job.size.steps === 0) return overheadMs
    const stepMs = steps.at(job.size.pixels)
    const loadMs = (isWarm ? warmLoads : coldLoads).at(anySize) ?? 0
    return stepMs === undefined ? undefined : job.size.steps * stepMs + (overheadMs ?? 0) + loadMs
  }

  /** The time of `pictures` besides steps and loading; undefined until a similar job was measured. */
  overheadMs(device: string, job: SizedJob, pictures = job.size.pictures): number | undefined {
    const { size, modelHash } = job
    const ms = this.#measured.get(device)?.get(size.kind)?.get(modelHash)?.overheads.at(size.pixels)
    return ms === undefined ? undefined : ms * pictures
  }

  /** 99th percentile of a device's latest steps; undefined before the first. */
  p99StepMs(device: string): number | undefined {
    return this.#recent.get(device)?.quantile(0.99)
  }

  #of(device: string, { size, modelHash }: SizedJob): Measured {
    const kinds = foundOrMade(this.#measured, device, () => new Map())
    const models = foundOrMade(kinds, size.kind, () => new Map())
    return foundOrMade(models, modelHash, () => new Measured())
  }
}

const anySize = 1

/** The value of a key; a missing value is created. */
function foundOrMade<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
