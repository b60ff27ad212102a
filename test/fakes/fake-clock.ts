/** Time that moves only when a test says so. */
import type { Clock } from '../../src/system/ports.ts'

interface Timer {
  dueMs: number
  fire: () => void
}

/** Both times start at a fixed instant; timers fire inside `advance`, in order of their due time. */
export class FakeClock implements Clock {
  #wallMs: number
  #elapsedMs = 0
  readonly #timers = new Set<Timer>()

  constructor(startMs = Date.UTC(2026, 0, 5, 12)) {
    this.#wallMs = startMs
  }

  now(): number {
    return this.#wallMs
  }

  monotonicMs(): number {
    return this.#elapsedMs
  }

  after(delayMs: number, fire: () => void): () => void {
    const timer = { dueMs: this.#elapsedMs + Math.max(0, delayMs), fire }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Timers that wait to fire. */
  get pending(): number {
    return this.#timers.size
  }

  /** Moves both times on, stopping at each timer that falls due, also at those that others set on the way. */
  advance(ms: number): void {
    const endMs = this.#elapsedMs + ms
    for (let next = this.#nextDue(endMs); next !== undefined; next = this.#nextDue(endMs)) {
      this.#timers.delete(next)
      this.#move(next.dueMs - this.#elapsedMs)
      next.fire()
    }
    this.#move(endMs - this.#elapsedMs)
  }

  /** Somebody sets the wall clock: `now` jumps, `monotonicMs` and timers do not. */
  setWall(nowMs: number): void {
    this.#wallMs = nowMs
  }

  #move(ms: number): void {
    this.#elapsedMs += ms
    this.#wallMs += ms
  }

  /** The earliest timer up to `endMs`; among equals the one set first. */
  #nextDue(endMs: number): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.dueMs <= endMs && (next === undefined || timer.dueMs < next.dueMs)) next = timer
    }
    return next
  }
}
