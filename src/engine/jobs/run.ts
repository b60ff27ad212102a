/** One job on one device: how far it is and who asked it to stop. */
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
  /** A model had to be loaded first, so that the run says nothing about the usual time. */
  loaded = false
  #stepsMs = 0
  #lastStepMs: number | undefined

  constructor(job: Waiting, device: Device, nowMs: number) {
    this.job = job
    this.device = device
    this.startedMs = nowMs
  }

  stop(why: 'cancelled' | 'released'): void {
    this.stopped ??= why
    this.abort.abort()
  }

  /** Time since the last step; undefined at the first one. */
  stepped(step: number, steps: number, preview: Uint8Array | undefined, nowMs: number): number | undefined {
    this.step = step
    this.steps = steps
    this.preview = preview ?? this.preview
    const stepMs = this.#lastStepMs === undefined ? undefined : nowMs - this.#lastStepMs
    this.#lastStepMs = nowMs
    this.#stepsMs += stepMs ?? 0
    return stepMs
  }

  /** Time spent on everything but steps. */
  restMs(nowMs: number): number {
    const { steps } = this
    const stepMs = steps > 1 ? this.#stepsMs / (steps - 1) : 0
    return nowMs - this.startedMs - steps * stepMs
  }

  remainingMs(speeds: Speeds, nowMs: number): number | undefined {
    const totalMs = speeds.estimateMs(this.device.name, this.job)
    return totalMs === undefined ? undefined : Math.max(0, totalMs - (nowMs - this.startedMs))
  }
}
