/** A limit on bytes in memory at one time. Work that needs more than is left waits in line, up to a time limit. */
import type { Clock } from '../system/ports.ts'

export interface ByteBudgetOptions {
  /** Bytes at one time. A larger single item runs alone. */
  limitBytes: number
  /** Work that waited this long is refused. */
  timeLimitMs: number
  /** The maximum length of the line; further work is refused at once. */
  maxWaiting: number
  clock: Clock
}

interface WaitingBytes {
  readonly bytes: number
  readonly admit: () => void
}

export class ByteBudget {
  readonly #options: ByteBudgetOptions
  /** In the order of arrival: large work is not overtaken. */
  readonly #waiting = new Set<WaitingBytes>()
  #usedBytes = 0
  #holders = 0

  constructor(options: ByteBudgetOptions) {
    this.#options = options
  }

  /** The result of `work`; undefined, without calling it, if there was no room for `bytes` in time. */
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
    const { clock, timeLimitMs, maxWaiting } = this.#options
    if (this.#waiting.size === 0 && this.#hasRoomFor(bytes)) {
      this.#use(bytes)
      return true
    }
    if (this.#waiting.size >= maxWaiting) return false
    return new Promise<boolean>(resolve => {
      const waiting: WaitingBytes = {
        bytes,
        admit() {
          cancelTimeout()
          resolve(true)
        },
      }
      const cancelTimeout = clock.after(timeLimitMs, () => {
        this.#waiting.delete(waiting)
        resolve(false)
        // The next one may fit.
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
