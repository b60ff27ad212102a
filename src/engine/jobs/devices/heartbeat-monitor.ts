/** Detects a missing heartbeat. It uses durations only, because the wall clock may jump. */
import type { Clock } from '../../../system/ports.ts'

export class HeartbeatMonitor {
  /** Resolves with the duration of a silence that was too long; otherwise never. */
  readonly expired: Promise<number>
  readonly #clock: Clock
  #expire: (silentMs: number) => void = () => {}
  #limitMs = 0
  #dueMs = Number.POSITIVE_INFINITY
  /** The time of the timer. A heartbeat does not set the timer again; the timer sets itself again when it fires too early. */
  #timerMs = Number.POSITIVE_INFINITY
  #cancelTimer: () => void = () => {}

  constructor(clock: Clock) {
    this.#clock = clock
    this.expired = new Promise(resolve => {
      this.#expire = resolve
    })
  }

  /** A heartbeat: the next one is due within `limitMs`. */
  renew(limitMs: number): void {
    this.#limitMs = limitMs
    this.#dueMs = this.#clock.monotonicMs() + limitMs
    if (this.#dueMs < this.#timerMs) this.#setTimer(limitMs)
  }

  end(): void {
    this.#cancelTimer()
  }

  #setTimer(delayMs: number): void {
    this.#cancelTimer()
    this.#timerMs = this.#dueMs
    this.#cancelTimer = this.#clock.after(delayMs, () => {
      this.#timerMs = Number.POSITIVE_INFINITY
      const leftMs = this.#dueMs - this.#clock.monotonicMs()
      if (leftMs > 0) this.#setTimer(leftMs)
      else this.#expire(this.#limitMs)
    })
  }
}
