/**
 * Turns for those whom a rate limit makes wait. Limits are Discord's to say and are read from its answers; but a crowd
 * that came back together at a limit's end would only be turned away again, so each is told a time of its own.
 */
import type { Clock } from '../../ports.ts'

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

const shortestWaitMs = 50
const mostLines = 1000

export class Turns {
  readonly #clock: Clock
  /** The longest time to a reset that was seen, by method and route: as good as the length of the limit's window. */
  readonly #windowsMs = new Map<string, number>()
  /** By method, route and major parameter. */
  readonly #lines = new Map<string, Line>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Discord said how long it is until a limit is whole again. */
  learn(method: string, route: string, resetAfterMs: number): void {
    const name = `${method.toUpperCase()} ${route}`
    this.#windowsMs.set(name, Math.max(resetAfterMs, this.#windowsMs.get(name) ?? 0))
  }

  /** How long to wait for the next free turn, in milliseconds. */
  next({ method, route, majorParameter, limit, retryAfter }: UsedUp): number {
    const nowMs = this.#clock.monotonicMs()
    const resetMs = nowMs + Math.max(shortestWaitMs, retryAfter)
    const key = keyOf(method, route, majorParameter)
    const before = this.#lines.get(key)
    const line = before !== undefined && before.atMs >= resetMs ? before : { atMs: resetMs, left: limit }
    if (line.left <= 0) {
      line.atMs += Math.max(shortestWaitMs, this.#windowsMs.get(`${method.toUpperCase()} ${route}`) ?? 0)
      line.left = limit
    }
    line.left -= 1
    this.#lines.delete(key)
    this.#lines.set(key, line)
    this.#tidy(nowMs)
    return line.atMs - nowMs
  }

  /** Whether there are others who wait there. */
  isWaitedFor(method: string, route: string, majorParameter: string): boolean {
    const line = this.#lines.get(keyOf(method, route, majorParameter))
    return line !== undefined && line.atMs > this.#clock.monotonicMs()
  }

  #tidy(nowMs: number): void {
    if (this.#lines.size <= mostLines) return
    for (const [key, { atMs }] of this.#lines) if (atMs <= nowMs) this.#lines.delete(key)
  }
}

function keyOf(method: string, route: string, majorParameter: string): string {
  return `${method.toUpperCase()} ${route} ${majorParameter}`
}
