/** Slack's rate limits on the fake clock: a bucket per method and workspace, and one per channel for posting. */
import type { Clock } from '../../../../src/system/ports.ts'

// docs.slack.dev/apis/web-api/rate-limits: calls a minute of each tier.
export const callsPerMinute = { 1: 1, 2: 20, 3: 50, 4: 100 } as const
export type Tier = keyof typeof callsPerMinute
/** chat.postMessage: about one a second and channel, short bursts allowed. */
const postBurst = 5

interface Bucket {
  tokens: number
  atMs: number
  /** Nothing passes before this time, whatever the tokens. */
  blockedUntilMs: number
  /** Set by a 429: a call before this time breaks the rule of Retry-After. */
  waitUntilMs: number
}

export class RateLimits {
  readonly #clock: Clock
  readonly #buckets = new Map<string, Bucket>()
  /** Calls that came inside a wait they had been told to keep. */
  readonly rude: string[] = []
  /** 429s given. */
  refusals = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Seconds to wait, or undefined: go ahead. */
  take(method: string, teamId: string, tier: Tier, channelId: string | undefined): number | undefined {
    const isPost = method === 'chat.postMessage'
    const size = isPost ? postBurst : callsPerMinute[tier]
    const perSecond = isPost ? 1 : callsPerMinute[tier] / 60
    const now = this.#clock.monotonicMs()
    const key = bucketKey(method, teamId, channelId)
    const bucket = this.#bucket(key, size)
    if (now < bucket.waitUntilMs) this.rude.push(key)
    if (now < bucket.blockedUntilMs) return this.#refuse(bucket, (bucket.blockedUntilMs - now) / 1000)
    bucket.tokens = Math.min(size, bucket.tokens + ((now - bucket.atMs) / 1000) * perSecond)
    bucket.atMs = now
    if (bucket.tokens < 1) return this.#refuse(bucket, (1 - bucket.tokens) / perSecond)
    bucket.tokens -= 1
    return undefined
  }

  /** From now on the method answers 429 until the time is over. */
  block(method: string, teamId: string, seconds: number, channelId?: string): void {
    const bucket = this.#bucket(bucketKey(method, teamId, channelId), postBurst)
    bucket.blockedUntilMs = this.#clock.monotonicMs() + seconds * 1000
  }

  #bucket(key: string, size: number): Bucket {
    const found = this.#buckets.get(key)
    if (found !== undefined) return found
    const bucket = { tokens: size, atMs: this.#clock.monotonicMs(), blockedUntilMs: 0, waitUntilMs: 0 }
    this.#buckets.set(key, bucket)
    return bucket
  }

  #refuse(bucket: Bucket, waitSeconds: number): number {
    const seconds = Math.max(1, Math.ceil(waitSeconds))
    bucket.waitUntilMs = this.#clock.monotonicMs() + seconds * 1000
    this.refusals += 1
    return seconds
  }
}

function bucketKey(method: string, teamId: string, channelId: string | undefined): string {
  return method === 'chat.postMessage' ? `${teamId} post ${channelId}` : `${teamId} ${method}`
}
