/** Quarantines a failed device until a probe succeeds, with back-off between probes. */
import { type Backoff, backoffMs } from '../../../common/backoff.ts'
import type { Clock } from '../../../system/ports.ts'

/** The time between two probes. */
const probePause: Backoff = { firstMs: 2000, maxMs: 300_000 }

export interface QuarantineParts {
  clock: Clock
  /** Starts the device; false if it does not start. Never rejects. */
  probe: () => Promise<boolean>
  /** Called when the quarantine begins or is renewed: the device gets no jobs, and is probed after `waitMs`. */
  onBegin: (waitMs: number) => void
  /** Called when a probe has succeeded. */
  onEnd: () => void
}

export class Quarantine {
  readonly #parts: QuarantineParts
  #isActive = false
  /** The number of faults since the last finished job. */
  #faults = 0
  #cancelWait: () => void = () => {}

  constructor(parts: QuarantineParts) {
    this.#parts = parts
  }

  get isActive(): boolean {
    return this.#isActive
  }

  /** Begins or renews the quarantine. `probe`: a first fault is probed at once, later ones after a wait. `wait`: always after a wait. */
  begin(first: 'probe' | 'wait'): void {
    this.#cancelWait()
    this.#isActive = true
    this.#faults += 1
    const waits = first === 'wait' ? this.#faults - 1 : this.#faults - 2
    const waitMs = waits < 0 ? 0 : backoffMs(probePause, waits)
    this.#parts.onBegin(waitMs)
    if (waitMs === 0) void this.#probe()
    else this.#cancelWait = this.#parts.clock.after(waitMs, () => void this.#probe())
  }

  /** Forgets earlier faults, after a job has finished. */
  resetFaults(): void {
    this.#faults = 0
  }

  /** Ends all probes permanently. */
  end(): void {
    this.#cancelWait()
    this.#isActive = false
  }

  async #probe(): Promise<void> {
    const works = await this.#parts.probe()
    if (!this.#isActive) return
    if (!works) return this.begin('wait')
    this.#isActive = false
    this.#parts.onEnd()
  }
}
