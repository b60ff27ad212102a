/** A cache for look-ups of people and channels on Slack, with a time limit per look-up. */
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../../../system/ports.ts'
import { within } from '../../../../system/time-limit.ts'
import { onClock } from '../../../timed-cache.ts'

const maxKept = 10_000
/** The look-up must leave most of the 3 s for an acknowledgement to the request itself. */
const timeoutMs = 800

/** Undefined if Slack gives no answer; then the next call looks it up again. */
type LookUp<Value> = () => Promise<Value | undefined>

/** How long a value is valid, and whether an expired value is used if Slack gives none. */
interface CachePolicy {
  readonly keptMs: number
  readonly acceptsStale: boolean
}

/** Long enough to reduce Slack's load, short enough for changes to take effect soon. */
const defaultPolicy: CachePolicy = { keptMs: 10 * 60_000, acceptsStale: true }

export class LookupCache<Value extends NonNullable<unknown>> {
  readonly #clock: Clock
  readonly #acceptsStale: boolean
  readonly #kept: LRUCache<string, Value, LookUp<Value>>

  constructor(clock: Clock, { keptMs, acceptsStale }: CachePolicy = defaultPolicy) {
    this.#clock = clock
    this.#acceptsStale = acceptsStale
    this.#kept = new LRUCache({
      max: maxKept,
      ttl: keptMs,
      ...onClock(clock),
      // Concurrent requests for one key share one look-up.
      fetchMethod: (_key, _stale, { context: look }) => look(),
      noDeleteOnStaleGet: true,
      noDeleteOnFetchRejection: true,
    })
  }

  /** The value; the cached one if Slack gives none, fails or takes too long; undefined if there is none. */
  find(key: string, look: LookUp<Value>): Promise<Value | undefined> {
    return this.#fetch(key, { context: look })
  }

  /** A fresh look-up, which bypasses the cache. */
  refresh(key: string, look: LookUp<Value>): Promise<Value | undefined> {
    return this.#fetch(key, { context: look, forceRefresh: true })
  }

  async #fetch(
    key: string,
    options: { context: LookUp<Value>; forceRefresh?: boolean },
  ): Promise<Value | undefined> {
    let found = this.#kept.peek(key, { allowStale: this.#acceptsStale })
    // Slack is busy. The request itself is more important than the look-up.
    const asked = this.#kept.fetch(key, options).then(value => {
      found = value ?? found
    })
    await within(this.#clock, timeoutMs, asked)
    return found
  }
}
