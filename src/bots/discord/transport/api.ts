/** Discord's REST API for the courier: permanent refusals are returned as codes, temporary faults are thrown. */
import { DiscordAPIError, RateLimitError, type REST, RESTEvents } from 'discord.js'
import type { LRUCache } from 'lru-cache'
import { AppError } from '../../../errors/errors.ts'
import type { Clock } from '../../../system/ports.ts'
import { timedCache } from '../../timed-cache.ts'
import { RateLimiter } from './rate-limiter.ts'

/** `code` is Discord's own (developers/topics/opcodes-and-status-codes), final for this call. */
export type CallOutcome<T> = { kind: 'done'; value: T } | { kind: 'refused'; code: number; status: number }

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
  cannotReply: 160002,
  threadExists: 160004,
  threadLocked: 160005,
  tooManyThreads: 160006,
  tooManyAnnouncementThreads: 160007,
  messageBlocked: 200000,
  titleBlocked: 200001,
  linkBlocked: 240000,
  uploadsLimited: 400001,
} as const

/** Codes of temporary refusals: too many direct messages at once, sending is disabled for now, a service is overloaded. */
const temporaryCodes: ReadonlySet<number> = new Set([40003, 40004, 40062])
/** The retry time after a temporary refusal, which states none. */
const temporaryWaitMs = 60_000

/** The retry time before the client is ready. */
const beforeStartWaitMs = 5000
/** The retry time after a refused token, which only the operator can replace. */
const refusedTokenWaitMs = 60_000
/** The part of a channel's edits that is reserved for results. */
const reserve = 1
const maxChannels = 2000
/** The time to a reset if Discord states none. */
const defaultResetMs = 5000

export class DiscordApi {
  readonly #rest: REST
  /** The remaining edits of messages until the limit's reset, by channel. */
  readonly #edits: LRUCache<string, number>
  readonly #limiter: RateLimiter
  #identity: { applicationId: string; userId: string } | undefined

  constructor(rest: REST, clock: Clock) {
    this.#rest = rest
    this.#limiter = new RateLimiter(clock)
    this.#edits = timedCache(clock, { max: maxChannels, ttlMs: defaultResetMs })
    rest.on(RESTEvents.Response, ({ method, route, path }, { headers }) => {
      const resetAfterMs = Number(headers.get('x-ratelimit-reset-after') ?? 0) * 1000
      if (resetAfterMs <= 0) return
      this.#limiter.recordReset(method, route, resetAfterMs)
      const channelId = /^\/channels\/(\d+)\/messages\/\d+$/.exec(path)?.[1]
      if (method.toUpperCase() === 'PATCH' && channelId !== undefined)
        this.#edits.set(channelId, Number(headers.get('x-ratelimit-remaining')), {
          ttl: Math.ceil(resetAfterMs),
        })
    })
  }

  /** Requests are sent from now on; before this they throw 'platform-busy'. */
  setIdentity(identity: { applicationId: string; userId: string }): void {
    this.#identity = identity
  }

  /** @throws AppError 'platform-busy' when the client is not ready. */
  get applicationId(): string {
    return this.#known.applicationId
  }

  /** The bot's own account. @throws AppError 'platform-busy' when the client is not ready. */
  get userId(): string {
    return this.#known.userId
  }

  get #known() {
    if (this.#identity === undefined) throw busy(beforeStartWaitMs)
    return this.#identity
  }

  /** Sends one request and reads its response. Nothing is sent during a rate limit's wait. */
  async call<T>(
    ask: (rest: REST) => Promise<unknown>,
    read: (answer: unknown) => T,
  ): Promise<CallOutcome<T>> {
    if (this.#identity === undefined) throw busy(beforeStartWaitMs)
    const waitMs = this.#limiter.take()
    if (waitMs > 0) throw busy(waitMs)
    const asked = await this.#send(ask)
    return asked.kind === 'refused' ? asked : { kind: 'done', value: read(asked.value) }
  }

  /** An error that is not Discord's response is a network fault: the effect of the request is unknown. */
  async #send(ask: (rest: REST) => Promise<unknown>): Promise<CallOutcome<unknown>> {
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

  /** Whether the rate limit has room for an optional edit there. */
  canSpareEdit(channelId: string): boolean {
    if (!this.#limiter.canSpare()) return false
    return (this.#edits.get(channelId) ?? Number.POSITIVE_INFINITY) > reserve
  }
}

function refusalOf(error: DiscordAPIError): { kind: 'refused'; code: number; status: number } {
  const { status, code } = error
  if (status === 413) return { kind: 'refused', code: refusals.tooLarge, status }
  if (status === 401 && code !== refusals.tokenExpired) throw busy(refusedTokenWaitMs, error)
  // Discord's own refusals have a code. A proxy in between refuses without a code, and temporarily.
  if (typeof code !== 'number') throw new AppError('platform-unreachable', { platform: 'Discord' }, error)
  if (temporaryCodes.has(code)) throw busy(temporaryWaitMs, error)
  return { kind: 'refused', code, status }
}

function busy(retryAfterMs: number, cause?: unknown): AppError {
  return new AppError('platform-busy', { platform: 'Discord', retryAfterMs }, cause)
}
