/** A budget in bytes for what is in memory at the same time: whoever wants more than is left waits in line, for a while. */
import type { Clock } from '../ports.ts'

export interface ByteBudgetOptions {
  /** In flight at once. A single thing that is larger goes alone. */
  limitBytes: number
  /** Who has waited so long is turned away. */
  patienceMs: number
  /** So many wait; whoever comes then is turned away at once. */
  mostWaiting: number
  clock: Clock
}

interface Waiting {
  readonly bytes: number
  readonly admit: () => void
}

export class ByteBudget {
  readonly #options: ByteBudgetOptions
  /** In the order in which they came: nobody is passed over for being large. */
  readonly #waiting = new Set<Waiting>()
  #usedBytes = 0
  #holders = 0

  constructor(options: ByteBudgetOptions) {
    this.#options = options
  }

  /** What `work` resolves to; undefined, without calling it, where there was no room for `bytes` in time. */
  async during<T>(bytes: number, work: () => Promise<T>): Promise<T | undefined> {
    if (!(await this.#take(bytes))) return undefined
    try {
      return await work()
    } finally {
      this.#usedBytes -= bytes
      this.#holders -= 1
      this.#admitWaiting()
    }
  }

  #take(bytes: number): Promise<boolean> | boolean {
    const { clock, patienceMs, mostWaiting } = this.#options
    if (this.#waiting.size === 0 && this.#hasRoomFor(bytes)) {
      this.#use(bytes)
      return true
    }
    if (this.#waiting.size >= mostWaiting) return false
    return new Promise<boolean>(resolve => {
      const waiting: Waiting = {
        bytes,
        admit() {
          endPatience()
          resolve(true)
        },
      }
      const endPatience = clock.after(patienceMs, () => {
        this.#waiting.delete(waiting)
        resolve(false)
        // The one behind may fit.
        this.#admitWaiting()
      })
      this.#waiting.add(waiting)
    })
  }

  #admitWaiting(): void {
    for (const waiting of this.#waiting) {
      if (!this.#hasRoomFor(waiting.bytes)) return
      this.#waiting.delete(waiting)
      this.#use(waiting.bytes)
      waiting.admit()
    }
  }

  #hasRoomFor(bytes: number): boolean {
    return this.#holders === 0 || this.#usedBytes + bytes <= this.#options.limitBytes
  }

  #use(bytes: number): void {
    this.#usedBytes += bytes
    this.#holders += 1
  }
}
