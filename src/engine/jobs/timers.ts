/** Timers of one owner, which are cancelled with it. */
import type { Clock } from '../../system/ports.ts'

export class Timers {
  readonly #clock: Clock
  readonly #cancels = new Set<() => void>()
  #ended = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Calls `fire` after `delayMs`, unless the owner ended before. */
  after(delayMs: number, fire: () => void): void {
    if (this.#ended) return
    const cancel = this.#clock.after(delayMs, () => {
      this.#cancels.delete(cancel)
      fire()
    })
    this.#cancels.add(cancel)
  }

  end(): void {
    this.#ended = true
    for (const cancel of this.#cancels) cancel()
    this.#cancels.clear()
  }
}
