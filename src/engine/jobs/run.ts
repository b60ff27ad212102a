/** One run of a job on a device: its progress, and the reason to stop it. */
import type { Device } from './devices/device.ts'
import type { Claim, QueuedJob } from './job-store.ts'
import type { RunProgress } from './times/forecast.ts'
import type { Speeds } from './times/speeds.ts'

/** The time at which a step ended. */
interface StepTime {
  /** The arrival of its message, on the clock of this process. */
  arrivedMs: number
  /** Since the run began, on the worker's clock; undefined from a worker of an earlier version. */
  elapsedMs: number | undefined
}

export class Run {
  readonly job: QueuedJob
  readonly device: Device
  readonly startedMs: number
  readonly abort = new AbortController()
  /** `cancelled` by a person, or `released` by the pool. */
  stopped: 'cancelled' | 'released' | undefined
  step = 0
  /** 0 until the first step. */
  steps = 0
  /** Undefined until the claim is written. */
  claim: Claim | undefined
  preview: Uint8Array | undefined
  /** Whether the device has ended its work. Only the ending is recorded afterwards. */
  isOver = false
  /** Whether the device had the job's model when the run began. */
  readonly isWarm: boolean
  #stepsMs = 0
  #stepsTimed = 0
  /** Whether weights were loaded since the last step, so that the elapsed time is not that of a step. */
  #loadedSince = false
  #lastStep: StepTime | undefined

  constructor(job: QueuedJob, device: Device, nowMs: number) {
    this.job = job
    this.device = device
    this.startedMs = nowMs
    this.isWarm = device.warmModel === job.modelHash
  }

  stop(why: 'cancelled' | 'released'): void {
    this.stopped ??= why
    this.abort.abort()
  }

  /** Cancels the job while the device paints it, but not while its claim or its end is being written. False if not cancelled. */
  cancelPainting(): boolean {
    if (this.claim && !this.isOver) this.stop('cancelled')
    return this.stopped === 'cancelled'
  }

  /** Records that weights are being loaded. */
  recordLoading(): void {
    this.#loadedSince = true
  }

  /** The time since the last step; undefined for the first step, and if weights were loaded in between. */
  recordStep(
    step: number,
    steps: number,
    preview: Uint8Array | undefined,
    time: StepTime,
  ): number | undefined {
    this.step = step
    this.steps = steps
    this.preview = preview ?? this.preview
    const stepMs = this.#lastStep && !this.#loadedSince ? betweenMs(this.#lastStep, time) : undefined
    this.#lastStep = time
    this.#loadedSince = false
    if (stepMs !== undefined) {
      this.#stepsMs += stepMs
      this.#stepsTimed += 1
    }
    return stepMs
  }

  /** The run's time without steps and loading. */
  overheadMs(nowMs: number, loadMs: number): number {
    const stepMs = this.#stepsTimed > 0 ? this.#stepsMs / this.#stepsTimed : 0
    return nowMs - this.startedMs - this.steps * stepMs - loadMs
  }

  progress(speeds: Speeds, nowMs: number): RunProgress {
    const { device, step, steps, preview } = this
    return { device: device.name, step, steps, preview, etaMs: this.remainingMs(speeds, nowMs) }
  }

  /** The forecast of the rest, by the run's own step times once they are known, else by those of similar jobs. */
  remainingMs(speeds: Speeds, nowMs: number): number | undefined {
    if (this.#lastStep && this.#stepsTimed > 0) return this.#remainingByPaceMs(this.#lastStep, speeds, nowMs)
    const totalMs = speeds.estimateMs(this.device.name, this.job, this.isWarm)
    return totalMs === undefined ? undefined : Math.max(0, totalMs - (nowMs - this.startedMs))
  }

  /** The current step may be late. The steps after it have not begun. */
  #remainingByPaceMs({ arrivedMs }: StepTime, speeds: Speeds, nowMs: number): number {
    const { pictures } = this.job.size
    const paceMs = this.#stepsMs / this.#stepsTimed
    const stepsPerPicture = this.steps / pictures
    const finished = Math.floor(Math.max(0, this.step - 1) / stepsPerPicture)
    const overheadMs = speeds.overheadMs(this.device.name, this.job, pictures - finished) ?? 0
    const sinceMs = nowMs - arrivedMs
    const left = this.steps - this.step
    return left > 0
      ? Math.max(0, paceMs - sinceMs) + (left - 1) * paceMs + overheadMs
      : Math.max(0, overheadMs - sinceMs)
  }
}

/** Prefers the worker's clock, because several steps of another machine may arrive at once. */
function betweenMs(last: StepTime, next: StepTime): number {
  if (last.elapsedMs === undefined || next.elapsedMs === undefined) return next.arrivedMs - last.arrivedMs
  return Math.max(0, next.elapsedMs - last.elapsedMs)
}
