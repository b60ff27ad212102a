/**
 * Client-side rate limits for Discord's REST. The limits are read from Discord's responses. Callers that must wait get
 * retry times that are spread out, so that they are not refused again all at once.
 */
import type { LRUCache } from 'lru-cache'
import type { Clock } from '../../../ports.ts'
import { timedCache } from '../../timed-cache.ts'

/** What discord.js knows of a limit that is used up. */
export interface UsedUp {
  method: string
  /** `/channels/:id/messages`. */
  route: string
  majorParameter: string
  limit: number
  retryAfter: number
}

/** The latest retry time that was handed out, and how many callers may still share it. */
interface RetrySlot {
  atMs: number
  left: number
}

// topics/rate-limits: 50 requests a second in all, responses to interactions not counted. Some are left for the rest.
const perSecond = 40
/** Above this, progress is skipped so that results need not wait. */
const sparePerSecond = 25
const secondMs = 1000
const shortestWaitMs = 50
const mostSlots = 1000
/** Slots are dropped once they are past. */
const longestSlotMs = 600_000

export class RateLimiter {
  readonly #clock: Clock
  /** The longest time to a reset that was seen, by method and route: as good as the length of the limit's window. */
  readonly #windowsMs = new Map<string, number>()
  /** By method, route and major parameter. */
  readonly #slots: LRUCache<string, RetrySlot>
  #second = { fromMs: 0, count: 0 }

  constructor(clock: Clock) {
    this.#clock = clock
    this.#slots = timedCache(clock, { max: mostSlots, ttlMs: longestSlotMs })
  }

  /** Whether a request that may as well be left out can be afforded now. */
  canSpare(): boolean {
    this.#refresh()
    return this.#second.count < sparePerSecond
  }

  /** 0: go ahead, the call is counted. Otherwise how long to wait, in milliseconds. */
  take(): number {
    this.#refresh()
    if (this.#second.count >= perSecond)
      return this.#assignSlot('all', this.#second.fromMs + secondMs, perSecond, secondMs)
    this.#second.count += 1
    return 0
  }

  /** Records the time to a limit's reset, as a response stated it. */
  learn(method: string, route: string, resetAfterMs: number): void {
    const name = `${method.toUpperCase()} ${route}`
    this.#windowsMs.set(name, Math.max(resetAfterMs, this.#windowsMs.get(name) ?? 0))
  }

  /** How long to wait after a refusal, in milliseconds. */
  retryAfter({ method, route, majorParameter, limit, retryAfter }: UsedUp): number {
    const name = `${method.toUpperCase()} ${route}`
    const resetMs = this.#clock.monotonicMs() + Math.max(shortestWaitMs, retryAfter)
    const windowMs = Math.max(shortestWaitMs, this.#windowsMs.get(name) ?? 0)
    return this.#assignSlot(`${name} ${majorParameter}`, resetMs, limit, windowMs)
  }

  #refresh(): void {
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - this.#second.fromMs >= secondMs) this.#second = { fromMs: nowMs, count: 0 }
  }

  #assignSlot(key: string, resetMs: number, limit: number, windowMs: number): number {
    const before = this.#slots.get(key)
    const slot = before !== undefined && before.atMs >= resetMs ? before : { atMs: resetMs, left: limit }
    if (slot.left <= 0) {
      slot.atMs += windowMs
      slot.left = limit
    }
    slot.left -= 1
    const waitMs = slot.atMs - this.#clock.monotonicMs()
    this.#slots.set(key, slot, { ttl: Math.ceil(waitMs + windowMs) })
    return waitMs
  }
}
