/** Virtual time: a clock that jumps from timer to timer once everything that the last one set off has ended. */
import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../src/system/ports.ts'

interface Timer {
  readonly dueMs: number
  /** Among timers that are due together the one set first fires first. */
  readonly order: number
  fire: (() => void) | undefined
}

/** The wall clock starts at this date; the monotonic time at 0. */
const startMs = Date.UTC(2026, 0, 5)

export class VirtualClock implements Clock {
  /** A binary heap, the earliest timer first; a cancelled timer stays in it until it is due, or until half of them are cancelled. */
  #timers: Timer[] = []
  #cancelled = 0
  #elapsedMs = 0
  #set = 0

  now(): number {
    return startMs + this.#elapsedMs
  }

  monotonicMs(): number {
    return this.#elapsedMs
  }

  after(delayMs: number, fire: () => void): () => void {
    const timer: Timer = { dueMs: this.#elapsedMs + Math.max(0, delayMs), order: this.#set, fire }
    this.#set += 1
    this.#push(timer)
    return () => {
      if (!timer.fire) return
      timer.fire = undefined
      this.#cancelled += 1
      if (this.#cancelled > this.#timers.length / 2) this.#removeCancelled()
    }
  }

  /**
   * Moves time on to `endMs`. Between two timers it waits until the event loop has turned and `settled` resolves.
   */
  async runUntil(endMs: number, settled: () => Promise<unknown> = () => setImmediate()): Promise<void> {
    await settled()
    for (let next = this.#timers[0]; next && next.dueMs <= endMs; next = this.#timers[0]) {
      this.#pop()
      const { fire } = next
      if (!fire) {
        this.#cancelled -= 1
        continue
      }
      next.fire = undefined
      this.#elapsedMs = next.dueMs
      fire()
      await settled()
    }
    this.#elapsedMs = endMs
  }

  /** Most time limits are cancelled long before they are due. */
  #removeCancelled(): void {
    this.#cancelled = 0
    // A sorted list is a heap.
    this.#timers = this.#timers.filter(({ fire }) => fire).sort((a, b) => (isBefore(a, b) ? -1 : 1))
  }

  #push(timer: Timer): void {
    const heap = this.#timers
    let at = heap.push(timer) - 1
    while (at > 0) {
      const up = (at - 1) >> 1
      const parent = heap[up]
      if (!parent || !isBefore(timer, parent)) break
      heap[at] = parent
      at = up
    }
    heap[at] = timer
  }

  #pop(): void {
    const heap = this.#timers
    const last = heap.pop()
    if (!last || heap.length === 0) return
    let at = 0
    for (;;) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]]
      const isRight = left !== undefined && right !== undefined && isBefore(right, left)
      const child = isRight ? right : left
      if (!child || !isBefore(child, last)) break
      heap[at] = child
      at = 2 * at + (isRight ? 2 : 1)
    }
    heap[at] = last
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order)
}
