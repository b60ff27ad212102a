/** Detects a missing heartbeat. It uses durations only, because the wall clock may jump. */
import type { Clock } from '../../../system/ports.ts'

export class SilenceWatch {
  /** Resolves with the duration of a silence that was too long; otherwise never. */
  readonly fallen: Promise<number>
  readonly #clock: Clock
  #fall: (silentMs: number) => void = () => {}
  #disarm: () => void = () => {}

  constructor(clock: Clock) {
    this.#clock = clock
    this.fallen = new Promise(resolve => {
      this.#fall = resolve
    })
  }

  /** A heartbeat: the next one is due within `limitMs`. */
  renew(limitMs: number): void {
    this.#disarm()
    this.#disarm = this.#clock.after(limitMs, () => this.#fall(limitMs))
  }

  end(): void {
    this.#disarm()
  }
}
