/** What Slack was asked about people and channels, kept for a while; no request waits for it longer than it can. */
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../../ports.ts'
import { within } from '../../../time-limit.ts'
import { onClock } from '../../timed-cache.ts'

/** Long enough to spare Slack under load, short enough that what changed need not be waited for. */
const keptMs = 10 * 60_000
const mostKept = 10_000
/** The look-up must leave most of the 3 s for an acknowledgement to the request itself. */
const timeoutMs = 800

/** Undefined where Slack does not say: then it is asked again. */
type LookUp<Value> = () => Promise<Value | undefined>

export class LookupCache<Value extends NonNullable<unknown>> {
  readonly #clock: Clock
  readonly #kept: LRUCache<string, Value, LookUp<Value>>

  constructor(clock: Clock) {
    this.#clock = clock
    this.#kept = new LRUCache({
      max: mostKept,
      ttl: keptMs,
      ...onClock(clock),
      // What is needed by many requests at once is asked once.
      fetchMethod: (_key, _stale, { context: look }) => look(),
      noDeleteOnStaleGet: true,
      noDeleteOnFetchRejection: true,
    })
  }

  /** What was known before where Slack does not say, fails or takes too long; undefined where nothing was. */
  find(key: string, look: LookUp<Value>): Promise<Value | undefined> {
    return this.#fetch(key, { context: look })
  }

  /** As Slack has it now, not as it was kept. */
  refresh(key: string, look: LookUp<Value>): Promise<Value | undefined> {
    return this.#fetch(key, { context: look, forceRefresh: true })
  }

  async #fetch(
    key: string,
    options: { context: LookUp<Value>; forceRefresh?: boolean },
  ): Promise<Value | undefined> {
    let found = this.#kept.peek(key, { allowStale: true })
    // Slack is busy: the request itself matters more than what could be known of it.
    const asked = this.#kept.fetch(key, options).then(value => {
      found = value ?? found
    })
    await within(this.#clock, timeoutMs, asked)
    return found
  }
}
