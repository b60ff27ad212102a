/** Slack's Web API as the adapter uses it: one client per token, Retry-After kept, refusals returned by their code. */
import {
  type Logger as SlackLogger,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
  type WebClientOptions,
} from '@slack/web-api'
import { AppError } from '../../../errors.ts'
import type { AbortableRequests } from '../../../net/abortable-requests.ts'
import type { Clock, Logger } from '../../../ports.ts'
import { RateLimiter } from './rate-limiter.ts'

/** `refused`: Slack's own error code, final for this call. What waiting may mend is thrown as AppError 'platform-busy'. */
export type Called<T> = { kind: 'done'; value: T } | { kind: 'refused'; error: string }

/** Codes by which Slack says that it, not we, is in trouble. */
const troubleCodes: ReadonlySet<string> = new Set([
  'fatal_error',
  'internal_error',
  'ratelimited',
  'request_timeout',
  'service_unavailable',
])

/** Codes that are about the token and not about the call (docs.slack.dev/reference/methods/auth.test). */
const tokenCodes: ReadonlySet<string> = new Set([
  'account_inactive',
  'invalid_auth',
  'not_authed',
  'org_login_required',
  'token_expired',
  'token_revoked',
])

/** How long to wait where Slack does not say. */
const troubleWaitMs = 5000

/**
 * Retries are Easel's own: the outbox repeats what failed, and progress is simply skipped. `requests` ends what is under
 * way at a stop.
 */
export function clientOptions(
  apiUrl: string,
  logger: SlackLogger,
  requests: AbortableRequests,
): WebClientOptions {
  const request = requests.wrap((url: string | URL, init: RequestInit) => fetch(url, init))
  return {
    fetch: (url, init = {}) => request(url, init),
    slackApiUrl: apiUrl,
    logger,
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
    timeout: 15_000,
    allowAbsoluteUrls: false,
  }
}

export class SlackApi {
  readonly #options: WebClientOptions
  readonly #limiter: RateLimiter
  readonly #log: Logger
  readonly #clients = new Map<string, WebClient>()
  /** Tokens that Slack refuses, so that each is told of once. */
  readonly #refused = new Set<string>()

  constructor(options: WebClientOptions, clock: Clock, log: Logger) {
    this.#options = options
    this.#log = log
    this.#limiter = new RateLimiter(clock)
  }

  /**
   * One call. `limitKey` is what Slack limits together: a method, or for messages a method and its channel. Inside a wait
   * nothing is sent.
   */
  async call<T>(token: string, limitKey: string, ask: (client: WebClient) => Promise<T>): Promise<Called<T>> {
    const waitMs = this.#limiter.take(token, limitKey)
    if (waitMs > 0) throw busy(waitMs)
    try {
      const value = await ask(this.#client(token))
      this.#refused.delete(token)
      return { kind: 'done', value }
    } catch (error) {
      return this.#refusal(token, limitKey, error)
    }
  }

  /** Whether a call that may as well be left out can be afforded now. */
  canSpare(token: string, limitKey: string): boolean {
    return this.#limiter.canSpare(token, limitKey)
  }

  /** Calls that can follow one another now. */
  left(token: string, limitKey: string): number {
    return this.#limiter.left(token, limitKey)
  }

  #client(token: string): WebClient {
    const known = this.#clients.get(token)
    if (known !== undefined) return known
    const client = new WebClient(token, { ...this.#options })
    this.#clients.set(token, client)
    return client
  }

  #noteRefusal(token: string, error: string): void {
    if (!tokenCodes.has(error) || this.#refused.has(token)) return
    this.#refused.add(token)
    this.#log.error({ error }, 'Slack does not accept a token')
  }

  #refusal(token: string, limitKey: string, error: unknown): { kind: 'refused'; error: string } {
    if (error instanceof WebAPIRateLimitedError) {
      const waitMs = error.retryAfter * 1000
      this.#limiter.close(token, limitKey, waitMs)
      throw busy(waitMs, error)
    }
    if (error instanceof WebAPIPlatformError) {
      if (troubleCodes.has(error.data.error)) throw busy(troubleWaitMs, error)
      this.#noteRefusal(token, error.data.error)
      return { kind: 'refused', error: error.data.error }
    }
    if (error instanceof WebAPIHTTPError || error instanceof WebAPIRequestError)
      throw busy(troubleWaitMs, error)
    throw error
  }
}

function busy(waitMs: number, cause?: unknown): AppError {
  return new AppError('platform-busy', { platform: 'Slack', retryAfterMs: waitMs }, cause)
}
