/** The speeds of devices, learned from reported steps, for estimates and for the detection of stalls. */
import type { JobSize, QueuedJob } from '../job-store.ts'
import { LatestValues } from './latest-values.ts'

/** The weight of the newest value in an exponential moving average. About the last ten values matter. */
const smoothingFactor = 0.2
/** The number of latest steps of a device for its 99th percentile. */
const maxRecentSteps = 200

interface Measure {
  pixels: number
  ms: number
}

/** Moving averages of one quantity at several picture sizes. */
class AverageBySize {
  readonly #measures = new Map<number, Measure>()

  record(pixels: number, ms: number): void {
    const known = this.#measures.get(pixels)
    this.#measures.set(pixels, { pixels, ms: known ? known.ms + smoothingFactor * (ms - known.ms) : ms })
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
class JobMeasurements {
  readonly steps = new AverageBySize()
  readonly overheads = new AverageBySize()
  /** Loads on a device that already had the job's model, and on one that did not. */
  readonly warmLoads = new AverageBySize()
  readonly coldLoads = new AverageBySize()
}

type SizedJob = Pick<QueuedJob, 'modelHash' | 'size'>

export class Speeds {
  /** By device, kind of job and model. Nested maps, because a forecast looks up hundreds and would build a joined key for each. */
  readonly #measured = new Map<string, Map<JobSize['kind'], Map<string, JobMeasurements>>>()
  readonly #recent = new Map<string, LatestValues>()

  /** Records that one step of one picture took `ms`. */
  recordStep(device: string, job: SizedJob, ms: number): void {
    this.#of(device, job).steps.record(job.size.pixels, ms)
    const recent = this.#recent.get(device) ?? new LatestValues(maxRecentSteps)
    recent.add(ms)
    this.#recent.set(device, recent)
  }

  /** Records the time of a job without steps and loading: encoding, decoding and writing. It is divided by the number of pictures. */
  recordOverhead(device: string, job: SizedJob, ms: number): void {
    this.#of(device, job).overheads.record(job.size.pixels, Math.max(0, ms) / job.size.pictures)
  }

  /**
   * Records that a job loaded weights for `ms`. `isWarm`: the device already had the job's model, so the time is that of exchanging
   * experts that do not fit in memory together.
   */
  recordLoad(device: string, job: SizedJob, isWarm: boolean, ms: number): void {
    const { warmLoads, coldLoads } = this.#of(device, job)
    // The size of weights does not depend on the picture.
    const loads = isWarm ? warmLoads : coldLoads
    loads.record(anySize, ms)
  }

  /** The estimated time of a job, including loading; undefined until a similar job was measured on that device. */
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

  /** The time of `pictures` without steps and loading; undefined until a similar job was measured. */
  overheadMs(device: string, job: SizedJob, pictures = job.size.pictures): number | undefined {
    const { size, modelHash } = job
    const ms = this.#measured.get(device)?.get(size.kind)?.get(modelHash)?.overheads.at(size.pixels)
    return ms === undefined ? undefined : ms * pictures
  }

  /** The 99th percentile of a device's latest steps; undefined before the first. */
  p99StepMs(device: string): number | undefined {
    return this.#recent.get(device)?.quantile(0.99)
  }

  #of(device: string, { size, modelHash }: SizedJob): JobMeasurements {
    const kinds = getOrCreate(this.#measured, device, () => new Map())
    const models = getOrCreate(kinds, size.kind, () => new Map())
    return getOrCreate(models, modelHash, () => new JobMeasurements())
  }
}

const anySize = 1

/** The value of a key; a missing value is created. */
function getOrCreate<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const created = create()
  map.set(key, created)
  return created
}
