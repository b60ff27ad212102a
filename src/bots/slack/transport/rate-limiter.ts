/**
 * Client-side rate limits for Slack's methods: a token bucket per method or channel. Callers that must wait get retry
 * times that are spread out, so that they are not refused again all at once.
 */
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../../system/ports.ts'

interface Rate {
  perSecond: number
  burst: number
}

/** A rate per minute, with a burst of a fifth of it. */
const perMinute = (calls: number): Rate => ({ perSecond: calls / 60, burst: calls / 5 })
// docs.slack.dev/apis/web-api/rate-limits: tiers 3 and 4; messages one a second and channel, with short bursts.
const tier3 = perMinute(50)
const tier4 = perMinute(100)

/** The rates of methods for deliveries. Other methods serve a waiting person and are only limited by Slack itself. */
const rates: Readonly<Record<string, Rate>> = {
  'chat.postMessage': { perSecond: 1, burst: 4 },
  'chat.update': tier3,
  'chat.delete': tier3,
  'files.getUploadURLExternal': tier4,
  'files.completeUploadExternal': tier4,
  'files.info': tier4,
  'files.delete': tier3,
}
/** The maximum number of buckets. A bucket that was unused long enough is full again and may be evicted. */
const maxBuckets = 10_000
/** The share of a burst that optional calls may not use. */
const reserve = 0.5

/** Times are on the monotonic clock. */
interface Bucket {
  rate: Rate | undefined
  tokens: number
  atMs: number
  /** The end of Slack's Retry-After. */
  closedUntilMs: number
  /** The latest assigned retry time. */
  assignedUntilMs: number
}

export class RateLimiter {
  readonly #clock: Clock
  readonly #buckets = new LRUCache<string, Bucket>({ max: maxBuckets })

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** 0 if the call may proceed, and counts it; otherwise the time to wait in milliseconds. */
  take(token: string, limitKey: string): number {
    const found = this.#bucket(token, limitKey)
    const { rate } = found
    const nowMs = this.#refill(found)
    if (found.closedUntilMs <= nowMs && (rate === undefined || found.tokens >= 1)) {
      found.tokens -= 1
      return 0
    }
    const slotMs = rate === undefined ? 0 : 1000 / rate.perSecond
    const nextMs = Math.max(
      found.closedUntilMs,
      nowMs + (1 - found.tokens) * slotMs,
      found.assignedUntilMs + slotMs,
    )
    found.assignedUntilMs = nextMs
    return Math.ceil(nextMs - nowMs)
  }

  /** Whether the rate limit has room for an optional call. */
  canSpare(token: string, limitKey: string): boolean {
    return this.left(token, limitKey) > (this.#bucket(token, limitKey).rate?.burst ?? 0) * reserve
  }

  /** The number of calls that are possible now. */
  left(token: string, limitKey: string): number {
    const found = this.#bucket(token, limitKey)
    return found.closedUntilMs <= this.#refill(found) ? Math.floor(found.tokens) : 0
  }

  /** Records a Retry-After. */
  close(token: string, limitKey: string, waitMs: number): void {
    const found = this.#bucket(token, limitKey)
    found.closedUntilMs = Math.max(found.closedUntilMs, this.#clock.monotonicMs() + waitMs)
    found.tokens = 1
    found.atMs = found.closedUntilMs
  }

  #refill(bucket: Bucket): number {
    const nowMs = this.#clock.monotonicMs()
    if (bucket.rate !== undefined && nowMs > bucket.atMs) {
      const { perSecond, burst } = bucket.rate
      bucket.tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.atMs) / 1000) * perSecond)
      bucket.atMs = nowMs
    }
    return nowMs
  }

  /** `limitKey` is a method, or for messages a method and its channel. */
  #bucket(token: string, limitKey: string): Bucket {
    const key = `${token} ${limitKey}`
    const known = this.#buckets.get(key)
    if (known !== undefined) return known
    const rate = rates[limitKey.split(' ')[0] ?? '']
    const nowMs = this.#clock.monotonicMs()
    const made = { rate, tokens: rate?.burst ?? 1, atMs: nowMs, closedUntilMs: 0, assignedUntilMs: 0 }
    this.#buckets.set(key, made)
    return made
  }
}
