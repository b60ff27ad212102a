/** Waits, up to a time limit, until a delivery or a deletion reaches a stage. */
import type { Clock } from '../../system/ports.ts'

interface Waiter {
  holds(): boolean
  resolve(): void
}

export class Waiters {
  readonly #clock: Clock
  readonly #waiting = new Set<Waiter>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Resolves when the condition holds, and at the latest after `timeoutMs`; 0 only checks it. */
  async until(holds: () => boolean, timeoutMs: number): Promise<void> {
    if (timeoutMs <= 0 || holds()) return
    let stop = () => {}
    await new Promise<void>(resolve => {
      const waiter = { holds, resolve: () => this.#end(waiter, resolve) }
      this.#waiting.add(waiter)
      stop = this.#clock.after(timeoutMs, waiter.resolve)
    })
    stop()
  }

  /** Checks all conditions again, after a change. */
  check(): void {
    for (const waiter of [...this.#waiting]) if (waiter.holds()) waiter.resolve()
  }

  /** Ends every wait. */
  close(): void {
    for (const waiter of [...this.#waiting]) waiter.resolve()
  }

  #end(waiter: Waiter, resolve: () => void): void {
    this.#waiting.delete(waiter)
    resolve()
  }
}
