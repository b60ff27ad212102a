/** Quarantines a failed device until a probe succeeds, with back-off between probes. */
import { backoffMs } from '../../../common/backoff.ts'
import type { Clock } from '../../../system/ports.ts'

/** The time between two probes. */
const rest = { firstMs: 2000, longestMs: 300_000 }

export interface QuarantineParts {
  clock: Clock
  /** Starts the device; false if it does not start. Never rejects. */
  probe: () => Promise<boolean>
  /** The device gets no jobs; it is probed after restMs. */
  onBegin: (restMs: number) => void
  /** The device works again. */
  onEnd: () => void
}

export class Quarantine {
  readonly #parts: QuarantineParts
  #holds = false
  /** Faults since the last finished job. */
  #faults = 0
  #cancelRest: () => void = () => {}

  constructor(parts: QuarantineParts) {
    this.#parts = parts
  }

  get holds(): boolean {
    return this.#holds
  }

  /** `probe`: at once after a first fault, after a rest when more follow. `rest`: in any case after a rest. */
  begin(first: 'probe' | 'rest'): void {
    this.#cancelRest()
    this.#holds = true
    this.#faults += 1
    const rests = first === 'rest' ? this.#faults - 1 : this.#faults - 2
    const restMs = rests < 0 ? 0 : backoffMs(rest, rests)
    this.#parts.onBegin(restMs)
    if (restMs === 0) void this.#probe()
    else this.#cancelRest = this.#parts.clock.after(restMs, () => void this.#probe())
  }

  /** A job finished: earlier faults do not count any more. */
  forget(): void {
    this.#faults = 0
  }

  /** Ends all probes permanently. */
  end(): void {
    this.#cancelRest()
    this.#holds = false
  }

  async #probe(): Promise<void> {
    const works = await this.#parts.probe()
    if (!this.#holds) return
    if (!works) return this.begin('rest')
    this.#holds = false
    this.#parts.onEnd()
  }
}
