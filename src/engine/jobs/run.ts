/** One run of a job on a device: its progress, and the reason to stop it. */
import type { Device } from './devices/device.ts'
import type { Claim, Waiting } from './store.ts'
import type { Speeds } from './times/speeds.ts'

export class Run {
  readonly job: Waiting
  readonly device: Device
  readonly startedMs: number
  readonly abort = new AbortController()
  /** `cancelled` by a person, or `released` by us. */
  stopped: 'cancelled' | 'released' | undefined
  step = 0
  /** 0 until the first step. */
  steps = 0
  /** Undefined until the claim is written. */
  claim: Claim | undefined
  preview: Uint8Array | undefined
  /** The device had the job's model when the run began. */
  readonly isWarm: boolean
  #stepsMs = 0
  #stepsTimed = 0
  /** Weights were loaded since the last step, so the elapsed time is not that of a step. */
  #loadedSince = false
  #lastStepMs: number | undefined

  constructor(job: Waiting, device: Device, nowMs: number) {
    this.job = job
    this.device = device
    this.startedMs = nowMs
    this.isWarm = device.warmModel === job.modelHash
  }

  stop(why: 'cancelled' | 'released'): void {
    this.stopped ??= why
    this.abort.abort()
  }

  /** Weights are being loaded. */
  loading(): void {
    this.#loadedSince = true
  }

  /** The time since the last step; undefined for the first step, and if weights were loaded in between. */
  stepped(step: number, steps: number, preview: Uint8Array | undefined, nowMs: number): number | undefined {
    this.step = step
    this.steps = steps
    this.preview = preview ?? this.preview
    const isTimed = this.#lastStepMs !== undefined && !this.#loadedSince
    const stepMs = isTimed ? nowMs - (this.#lastStepMs ?? nowMs) : undefined
    this.#lastStepMs = nowMs
    this.#loadedSince = false
    if (stepMs !== undefined) {
      this.#stepsMs += stepMs
      this.#stepsTimed += 1
    }
    return stepMs
  }

  /** The time besides steps and loading. */
  restMs(nowMs: number, loadMs: number): number {
    const stepMs = this.#stepsTimed > 0 ? this.#stepsMs / this.#stepsTimed : 0
    return nowMs - this.startedMs - this.steps * stepMs - loadMs
  }

  remainingMs(speeds: Speeds, nowMs: number): number | undefined {
    const totalMs = speeds.estimateMs(this.device.name, this.job, this.isWarm)
    return totalMs === undefined ? undefined : Math.max(0, totalMs - (nowMs - this.startedMs))
  }
}
