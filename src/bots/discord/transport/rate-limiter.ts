/**
 * Client-side rate limits for Discord's REST. The limits are read from Discord's responses. Callers that must wait get
 * retry times that are spread out, so that they are not refused again all at once.
 */
import type { LRUCache } from 'lru-cache'
import type { Clock } from '../../../system/ports.ts'
import { timedCache } from '../../timed-cache.ts'

/** discord.js's data on an exhausted limit. */
export interface ExhaustedLimit {
  method: string
  /** `/channels/:id/messages`. */
  route: string
  majorParameter: string
  limit: number
  retryAfter: number
}

// topics/rate-limits: 50 requests a second in total, without interaction responses. The remainder is for other requests.
const perSecond = 40
/** Above this rate, progress is skipped so that results need not wait. */
const sparePerSecond = 25
const secondMs = 1000
const minWaitMs = 50
const maxLines = 1000
/** The maximum time for which a line is kept. */
const maxLineMs = 600_000

export class RateLimiter {
  readonly #clock: Clock
  /** The longest observed time to a reset, by method and route: an estimate of the limit's window. */
  readonly #windowsMs = new Map<string, number>()
  /** Assigned retry times, in order, by method, route and major parameter. */
  readonly #lines: LRUCache<string, number[]>
  #second = { fromMs: 0, count: 0 }

  constructor(clock: Clock) {
    this.#clock = clock
    this.#lines = timedCache(clock, { max: maxLines, ttlMs: maxLineMs })
  }

  /** Whether the rate limit has room for an optional request. */
  canSpare(): boolean {
    this.#refresh()
    return this.#second.count < sparePerSecond
  }

  /** 0 if the call may proceed, and counts it; otherwise the time to wait in milliseconds. */
  take(): number {
    this.#refresh()
    if (this.#second.count >= perSecond)
      return this.#assignSlot('all', this.#second.fromMs + secondMs, perSecond, secondMs)
    this.#second.count += 1
    return 0
  }

  /** Records the time to a limit's reset from a response. */
  recordReset(method: string, route: string, resetAfterMs: number): void {
    const name = `${method.toUpperCase()} ${route}`
    this.#windowsMs.set(name, Math.max(resetAfterMs, this.#windowsMs.get(name) ?? 0))
  }

  /** The time to wait after a refusal, in milliseconds. */
  retryAfter({ method, route, majorParameter, limit, retryAfter }: ExhaustedLimit): number {
    const name = `${method.toUpperCase()} ${route}`
    const resetMs = this.#clock.monotonicMs() + Math.max(minWaitMs, retryAfter)
    const windowMs = Math.max(minWaitMs, this.#windowsMs.get(name) ?? 0)
    return this.#assignSlot(`${name} ${majorParameter}`, resetMs, limit, windowMs)
  }

  #refresh(): void {
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - this.#second.fromMs >= secondMs) this.#second = { fromMs: nowMs, count: 0 }
  }

  /** Assigns at most `limit` retry times per window. A retry slightly before the window keeps its slot. */
  #assignSlot(key: string, resetMs: number, limit: number, windowMs: number): number {
    const nowMs = this.#clock.monotonicMs()
    const line = (this.#lines.get(key) ?? []).filter(atMs => atMs >= nowMs - windowMs)
    const isTurn = line[0] !== undefined && line[0] <= nowMs
    const last = line.at(-1)
    const isFull = last !== undefined && line.filter(atMs => atMs === last).length >= limit
    const nextMs = last === undefined || last < resetMs ? resetMs : isFull ? last + windowMs : last
    const atMs = isTurn ? resetMs : nextMs
    if (isTurn) line.shift()
    else line.push(atMs)
    this.#lines.set(key, line, { ttl: Math.ceil((line.at(-1) ?? nowMs) - nowMs + windowMs) })
    return atMs - nowMs
  }
}
