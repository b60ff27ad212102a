/**
 * Turns for those whom a rate limit makes wait. Limits are Discord's to say and are read from its answers; but a crowd
 * that came back together at a limit's end would only be turned away again, so each is told a time of its own.
 */
import type { Clock } from '../../../ports.ts'

/** What discord.js knows of a limit that is used up. */
export interface UsedUp {
  method: string
  /** `/channels/:id/messages`. */
  route: string
  majorParameter: string
  limit: number
  retryAfter: number
}

/** The last turn that was given, and how many more there are at the same time. */
interface Line {
  atMs: number
  left: number
}

// topics/rate-limits: 50 requests a second in all, answers to interactions not counted. Some are left for the rest.
const perSecond = 40
/** From here on progress is left out, so that results need not wait. */
const sparePerSecond = 25
const secondMs = 1000
const shortestWaitMs = 50
const mostLines = 1000

export class Turns {
  readonly #clock: Clock
  /** The longest time to a reset that was seen, by method and route: as good as the length of the limit's window. */
  readonly #windowsMs = new Map<string, number>()
  /** By method, route and major parameter. */
  readonly #lines = new Map<string, Line>()
  #second = { fromMs: 0, count: 0 }

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether a request that may as well be left out can be afforded now. */
  canSpare(): boolean {
    this.#refresh()
    return this.#second.count < sparePerSecond
  }

  /** 0: go ahead, it is counted. Otherwise how long to wait for a turn, in milliseconds. */
  take(): number {
    this.#refresh()
    if (this.#second.count >= perSecond)
      return this.#give('all', this.#second.fromMs + secondMs, perSecond, secondMs)
    this.#second.count += 1
    return 0
  }

  /** Discord said how long it is until a limit is whole again. */
  learn(method: string, route: string, resetAfterMs: number): void {
    const name = `${method.toUpperCase()} ${route}`
    this.#windowsMs.set(name, Math.max(resetAfterMs, this.#windowsMs.get(name) ?? 0))
  }

  /** How long to wait for the next free turn, in milliseconds. */
  next({ method, route, majorParameter, limit, retryAfter }: UsedUp): number {
    const name = `${method.toUpperCase()} ${route}`
    const resetMs = this.#clock.monotonicMs() + Math.max(shortestWaitMs, retryAfter)
    const windowMs = Math.max(shortestWaitMs, this.#windowsMs.get(name) ?? 0)
    return this.#give(`${name} ${majorParameter}`, resetMs, limit, windowMs)
  }

  #refresh(): void {
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - this.#second.fromMs >= secondMs) this.#second = { fromMs: nowMs, count: 0 }
  }

  #give(key: string, resetMs: number, limit: number, windowMs: number): number {
    const before = this.#lines.get(key)
    const line = before !== undefined && before.atMs >= resetMs ? before : { atMs: resetMs, left: limit }
    if (line.left <= 0) {
      line.atMs += windowMs
      line.left = limit
    }
    line.left -= 1
    this.#lines.set(key, line)
    const nowMs = this.#clock.monotonicMs()
    if (this.#lines.size > mostLines)
      for (const [old, { atMs }] of this.#lines) if (atMs <= nowMs) this.#lines.delete(old)
    return line.atMs - nowMs
  }
}
