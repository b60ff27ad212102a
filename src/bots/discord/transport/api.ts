/** Discord's REST as the courier uses it: refusals returned by their code, what waiting may mend thrown as busy. */
import { DiscordAPIError, HTTPError, RateLimitError, type REST, RESTEvents } from 'discord.js'
import { AppError } from '../../../errors.ts'
import type { Clock } from '../../../ports.ts'
import { RateLimiter } from './rate-limiter.ts'

/** `code` is Discord's own (developers/topics/opcodes-and-status-codes), final for this call. */
export type Called<T> = { kind: 'done'; value: T } | { kind: 'refused'; code: number; status: number }

export const refusals = {
  unknownChannel: 10003,
  unknownMessage: 10008,
  unknownWebhook: 10015,
  tooLarge: 40005,
  missingAccess: 50001,
  cannotMessageUser: 50007,
  missingPermissions: 50013,
  wrongChannelType: 50024,
  tokenExpired: 50027,
  threadArchived: 50083,
  threadExists: 160004,
  threadLocked: 160005,
  tooManyThreads: 160006,
} as const

/** How long to wait where Discord does not say. */
const troubleWaitMs = 5000
/** After a token was refused only the operator can help; until then nothing is sent in vain. */
const refusedTokenWaitMs = 60_000
/** Of a channel's edits, what is kept for results and the like. */
const reserve = 1
const mostBudgets = 2000

interface Budget {
  remaining: number
  /** On the monotonic clock. */
  resetAtMs: number
}

export class DiscordApi {
  readonly #rest: REST
  readonly #clock: Clock
  /** What is left of the edits of messages, by channel. */
  readonly #edits = new Map<string, Budget>()
  readonly #limiter: RateLimiter
  #applicationId: string | undefined

  constructor(rest: REST, clock: Clock) {
    this.#rest = rest
    this.#clock = clock
    this.#limiter = new RateLimiter(clock)
    rest.on(RESTEvents.Response, ({ method, route, path }, { headers }) => {
      const resetAfterMs = Number(headers.get('x-ratelimit-reset-after') ?? 0) * 1000
      if (resetAfterMs <= 0) return
      this.#limiter.learn(method, route, resetAfterMs)
      const channelId = /^\/channels\/(\d+)\/messages\/\d+$/.exec(path)?.[1]
      if (method.toUpperCase() === 'PATCH' && channelId !== undefined)
        this.#note(channelId, Number(headers.get('x-ratelimit-remaining')), resetAfterMs)
    })
  }

  /** From now on requests are sent; before that they are all too early. */
  connected(applicationId: string): void {
    this.#applicationId = applicationId
  }

  /** Throws AppError 'platform-busy' before the client is there. */
  get applicationId(): string {
    if (this.#applicationId === undefined) throw busy(troubleWaitMs)
    return this.#applicationId
  }

  /** One request and what is read out of its answer. Inside a rate limit's wait nothing is sent. */
  async call<T>(ask: (rest: REST) => Promise<unknown>, read: (answer: unknown) => T): Promise<Called<T>> {
    if (this.#applicationId === undefined) throw busy(troubleWaitMs)
    const waitMs = this.#limiter.take()
    if (waitMs > 0) throw busy(waitMs)
    try {
      return { kind: 'done', value: read(await ask(this.#rest)) }
    } catch (error) {
      if (error instanceof RateLimitError) {
        throw busy(error.global ? error.retryAfter : this.#limiter.retryAfter(error), error)
      }
      return refusalOf(error)
    }
  }

  /** Whether an edit there that may as well be left out can be afforded now. */
  canSpareEdit(channelId: string): boolean {
    if (!this.#limiter.canSpare()) return false
    const budget = this.#edits.get(channelId)
    if (budget === undefined || budget.resetAtMs <= this.#clock.monotonicMs()) return true
    return budget.remaining > reserve
  }

  #note(channelId: string, remaining: number, resetAfterMs: number): void {
    const now = this.#clock.monotonicMs()
    this.#edits.delete(channelId)
    this.#edits.set(channelId, { remaining, resetAtMs: now + resetAfterMs })
    for (const [id, { resetAtMs }] of this.#edits) {
      if (this.#edits.size <= mostBudgets && resetAtMs > now) break
      this.#edits.delete(id)
    }
  }
}

function refusalOf(error: unknown): { kind: 'refused'; code: number; status: number } {
  if (error instanceof HTTPError) throw busy(troubleWaitMs, error)
  if (error instanceof DiscordAPIError) {
    const { status } = error
    const code = typeof error.code === 'number' ? error.code : 0
    if (status === 413) return { kind: 'refused', code: refusals.tooLarge, status }
    if (status === 401 && code !== refusals.tokenExpired) throw busy(refusedTokenWaitMs, error)
    return { kind: 'refused', code, status }
  }
  if (isOfNetwork(error)) throw busy(troubleWaitMs, error)
  throw error
}

/** Node and undici mark their faults with a code in capitals; aborted requests have their own name. */
function isOfNetwork(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return true
  return 'code' in error && typeof error.code === 'string' && /^[A-Z_]+$/.test(error.code)
}

function busy(retryAfterMs: number, cause?: unknown): AppError {
  return new AppError('platform-busy', { platform: 'Discord', retryAfterMs }, cause)
}
