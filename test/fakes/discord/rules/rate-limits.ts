/** Rate limits by route and major parameter, with the headers that a client must obey (topics/rate-limits). */
import { createHash } from 'node:crypto'
import type { Clock } from '../../../../src/system/ports.ts'

export interface Limit {
  requests: number
  windowMs: number
}

/** Figures seen in the wild; Discord forbids relying on them, so a client has to read the headers. */
const limits: readonly (readonly [RegExp, Limit])[] = [
  [/^(POST|PATCH) \/channels\/:channel\/messages/, { requests: 5, windowMs: 5000 }],
  [/^POST \/channels\/:channel\/messages\/:message\/threads/, { requests: 50, windowMs: 5000 }],
  [/^DELETE \/channels\/:channel\/messages/, { requests: 5, windowMs: 1000 }],
  [/^(POST|PATCH|DELETE|GET) \/webhooks\/:application\/:token/, { requests: 5, windowMs: 2000 }],
]
const otherwise: Limit = { requests: 50, windowMs: 1000 }
const global: Limit = { requests: 50, windowMs: 1000 }

interface Bucket {
  left: number
  resetAt: number
}

export type Verdict =
  | { kind: 'allowed'; headers: Record<string, string> }
  | { kind: 'refused'; headers: Record<string, string>; retryAfterMs: number; global: boolean }

export class RateLimits {
  /** Must be the clock that the client waits by. */
  readonly #clock: Clock
  /** 0.1 makes every window ten times shorter, so that tests need not wait for real ones. */
  readonly #windowScale: number
  readonly #buckets = new Map<string, Bucket>()
  /** Requests that came although a header had said to wait. */
  refused = 0

  constructor(clock: Clock, windowScale: number) {
    this.#clock = clock
    this.#windowScale = windowScale
  }

  /** Interaction callbacks have no limit; follow-ups by token none that counts for the whole app. */
  take(method: string, template: string, major: string): Verdict {
    if (template === '/interactions/:interaction/:token/callback') return { kind: 'allowed', headers: {} }
    const limit = limits.find(([where]) => where.test(`${method} ${template}`))?.[1] ?? otherwise
    const name = createHash('md5').update(`${method} ${template}`).digest('hex')

    if (!template.startsWith('/webhooks/')) {
      const everywhere = this.#bucket('global', global)
      if (everywhere.left === 0) {
        this.refused += 1
        const retryAfterMs = everywhere.resetAt - this.#clock.now()
        return { kind: 'refused', headers: { 'X-RateLimit-Global': 'true' }, retryAfterMs, global: true }
      }
      everywhere.left -= 1
    }

    const bucket = this.#bucket(`${name}:${major}`, limit)
    const spent = bucket.left === 0
    if (!spent) bucket.left -= 1
    const retryAfterMs = bucket.resetAt - this.#clock.now()
    const headers = {
      'X-RateLimit-Limit': String(limit.requests),
      'X-RateLimit-Remaining': String(bucket.left),
      'X-RateLimit-Reset': String(bucket.resetAt / 1000),
      'X-RateLimit-Reset-After': String(retryAfterMs / 1000),
      'X-RateLimit-Bucket': name,
    }
    if (!spent) return { kind: 'allowed', headers }
    this.refused += 1
    return {
      kind: 'refused',
      headers: { ...headers, 'X-RateLimit-Scope': 'user' },
      retryAfterMs,
      global: false,
    }
  }

  #bucket(key: string, limit: Limit): Bucket {
    const now = this.#clock.now()
    const known = this.#buckets.get(key)
    if (known && known.resetAt > now) return known
    const fresh = { left: limit.requests, resetAt: now + limit.windowMs * this.#windowScale }
    this.#buckets.set(key, fresh)
    return fresh
  }
}
