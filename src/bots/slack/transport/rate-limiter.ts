/**
 * How fast Slack lets itself be called, kept to before it has to complain. Whoever must wait is told a time of their
 * own: a crowd that came back all at once would only be turned away again.
 */
import type { Clock } from '../../../ports.ts'

interface Rate {
  perSecond: number
  burst: number
}

/** Of what a minute allows, a fifth may be used at once. */
const perMinute = (calls: number): Rate => ({ perSecond: calls / 60, burst: calls / 5 })
// docs.slack.dev/apis/web-api/rate-limits: tiers 3 and 4; messages one a second and channel, with short bursts.
const tier3 = perMinute(50)
const tier4 = perMinute(100)

/** What deliveries use, by method. The others answer somebody who waits: they are sent until Slack itself refuses. */
const rates: Readonly<Record<string, Rate>> = {
  'chat.postMessage': { perSecond: 1, burst: 4 },
  'chat.update': tier3,
  'chat.delete': tier3,
  'files.getUploadURLExternal': tier4,
  'files.completeUploadExternal': tier4,
  'files.info': tier4,
  'files.delete': tier3,
}
/** Share of a burst that only what matters may use. */
const reserve = 0.5

/** Times are on the monotonic clock. */
interface Lane {
  rate: Rate | undefined
  tokens: number
  atMs: number
  /** Slack wants no call before then. */
  closedUntilMs: number
  /** The latest time that somebody who must wait was given. */
  givenUntilMs: number
}

export class Paces {
  readonly #clock: Clock
  readonly #lanes = new Map<string, Lane>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** 0: go ahead, it is counted. Otherwise when to come back, in milliseconds; nothing may be sent before. */
  take(token: string, lane: string): number {
    const found = this.#lane(token, lane)
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
      found.givenUntilMs + slotMs,
    )
    found.givenUntilMs = nextMs
    return Math.ceil(nextMs - nowMs)
  }

  /** Whether a call that may as well be left out can be afforded now. */
  canSpare(token: string, lane: string): boolean {
    return this.left(token, lane) > (this.#lane(token, lane).rate?.burst ?? 0) * reserve
  }

  /** Calls that can follow one another now. */
  left(token: string, lane: string): number {
    const found = this.#lane(token, lane)
    return found.closedUntilMs <= this.#refill(found) ? Math.floor(found.tokens) : 0
  }

  /** Slack said Retry-After. */
  close(token: string, lane: string, waitMs: number): void {
    const found = this.#lane(token, lane)
    found.closedUntilMs = Math.max(found.closedUntilMs, this.#clock.monotonicMs() + waitMs)
    found.tokens = 1
    found.atMs = found.closedUntilMs
  }

  #refill(lane: Lane): number {
    const nowMs = this.#clock.monotonicMs()
    if (lane.rate !== undefined && nowMs > lane.atMs) {
      const { perSecond, burst } = lane.rate
      lane.tokens = Math.min(burst, lane.tokens + ((nowMs - lane.atMs) / 1000) * perSecond)
      lane.atMs = nowMs
    }
    return nowMs
  }

  /** A lane is a method, or for messages a method and its channel. */
  #lane(token: string, lane: string): Lane {
    const key = `${token} ${lane}`
    const known = this.#lanes.get(key)
    if (known !== undefined) return known
    const rate = rates[lane.split(' ')[0] ?? '']
    const nowMs = this.#clock.monotonicMs()
    const made = { rate, tokens: rate?.burst ?? 1, atMs: nowMs, closedUntilMs: 0, givenUntilMs: 0 }
    this.#lanes.set(key, made)
    return made
  }
}
