/** Discord's REST as the courier uses it: refusals returned by their code, what waiting may mend thrown as busy. */
import { DiscordAPIError, RateLimitError, type REST, RESTEvents } from 'discord.js'
import { AppError } from '../../../errors.ts'
import type { Clock } from '../../../ports.ts'
import { RateLimiter } from './rate-limiter.ts'

/** `code` is Discord's own (developers/topics/opcodes-and-status-codes), final for this call. */
export type Called<T> = { kind: 'done'; value: T } | { kind: 'refused'; code: number; status: number }

export const refusals = {
  unknownChannel: 10003,
  unknownGuild: 10004,
  unknownMessage: 10008,
  unknownUser: 10013,
  unknownWebhook: 10015,
  tooLarge: 40005,
  missingAccess: 50001,
  emptyMessage: 50006,
  cannotMessageUser: 50007,
  missingPermissions: 50013,
  wrongChannelType: 50024,
  tokenExpired: 50027,
  invalidForm: 50035,
  threadArchived: 50083,
  threadExists: 160004,
  threadLocked: 160005,
  tooManyThreads: 160006,
  messageBlocked: 200000,
  titleBlocked: 200001,
  linkBlocked: 240000,
  uploadsLimited: 400001,
} as const

/** Until the client is there. */
const beforeStartWaitMs = 5000
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
  #identity: { applicationId: string; userId: string } | undefined

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
  connected(identity: { applicationId: string; userId: string }): void {
    this.#identity = identity
  }

  /** Throws AppError 'platform-busy' before the client is there. */
  get applicationId(): string {
    return this.#known.applicationId
  }

  /** Of the bot's own account. Throws AppError 'platform-busy' before the client is there. */
  get userId(): string {
    return this.#known.userId
  }

  get #known() {
    if (this.#identity === undefined) throw busy(beforeStartWaitMs)
    return this.#identity
  }

  /** One request and what is read out of its answer. Inside a rate limit's wait nothing is sent. */
  async call<T>(ask: (rest: REST) => Promise<unknown>, read: (answer: unknown) => T): Promise<Called<T>> {
    if (this.#identity === undefined) throw busy(beforeStartWaitMs)
    const waitMs = this.#limiter.take()
    if (waitMs > 0) throw busy(waitMs)
    const asked = await this.#ask(ask)
    return asked.kind === 'refused' ? asked : { kind: 'done', value: read(asked.value) }
  }

  /** Whatever is no answer of Discord's is trouble on the way: whether the request took effect is not known. */
  async #ask(ask: (rest: REST) => Promise<unknown>): Promise<Called<unknown>> {
    try {
      return { kind: 'done', value: await ask(this.#rest) }
    } catch (error) {
      if (error instanceof RateLimitError)
        throw busy(error.global ? error.retryAfter : this.#limiter.retryAfter(error), error)
      if (!(error instanceof DiscordAPIError))
        throw new AppError('platform-unreachable', { platform: 'Discord' }, error)
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

function refusalOf(error: DiscordAPIError): { kind: 'refused'; code: number; status: number } {
  const { status } = error
  const code = typeof error.code === 'number' ? error.code : 0
  if (status === 413) return { kind: 'refused', code: refusals.tooLarge, status }
  if (status === 401 && code !== refusals.tokenExpired) throw busy(refusedTokenWaitMs, error)
  return { kind: 'refused', code, status }
}

function busy(retryAfterMs: number, cause?: unknown): AppError {
  return new AppError('platform-busy', { platform: 'Discord', retryAfterMs }, cause)
}
