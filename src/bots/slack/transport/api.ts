/** Slack's Web API for the adapter: one client per token, obeys Retry-After, returns refusals as codes. */
import {
  type Logger as SlackLogger,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
  type WebClientOptions,
} from '@slack/web-api'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { AppError } from '../../../errors/errors.ts'
import type { AbortableRequests } from '../../../net/abortable-requests.ts'
import type { Clock, Logger } from '../../../system/ports.ts'
import { RateLimiter } from './rate-limiter.ts'
import { botScopes } from './setup.ts'

/** `refused`: Slack's own error code, permanent for this call. Temporary faults are thrown as 'platform-busy'. */
export type CallOutcome<T> = { kind: 'done'; value: T } | { kind: 'refused'; code: string }

/** Codes for faults of Slack itself, and for a workspace that moves to an organisation. */
const serverErrorCodes: ReadonlySet<string> = new Set([
  'fatal_error',
  'internal_error',
  'org_login_required',
  'rate_limited',
  'ratelimited',
  'request_timeout',
  'service_unavailable',
  'team_added_to_org',
])

/**
 * Slack's own codes. The client reports every other body as a code, such as the page of a proxy, which is not Slack's answer and no
 * refusal.
 */
const slackCode = /^[a-z0-9_]{1,100}$/

/** Whether the error is temporary, so that a later try may succeed. */
export function isTemporary(code: string): boolean {
  return serverErrorCodes.has(code) || !slackCode.test(code)
}

/** Codes that concern the token instead of the call (docs.slack.dev/reference/methods/auth.test). */
const tokenCodes: ReadonlySet<string> = new Set([
  'account_inactive',
  'invalid_auth',
  'not_authed',
  'token_expired',
  'token_revoked',
])

/** The code of a call for which the app lacks a scope: until it is installed again, it is refused everywhere. */
export const missingScopeCode = 'missing_scope'

/** The facts beside that code; AuthTestResponse of @slack/web-api has them. */
const missingScope = z.object({ error: z.literal(missingScopeCode), needed: z.string() })

/** No installation has more workspaces; a client that was evicted is made again. */
const maxTokens = 10_000

/** The wait time if Slack states none. */
const serverErrorWaitMs = 5000

/**
 * The client does not retry: the outbox repeats failed deliveries, and progress is skipped. `requests` aborts running
 * calls at a stop.
 */
export function clientOptions(
  apiUrl: string,
  logger: SlackLogger,
  requests: AbortableRequests,
): WebClientOptions {
  const request = requests.wrap((url: string | URL, init: RequestInit) => fetch(url, init))
  return {
    fetch: async (url, init = {}) => withRetryTime(await request(url, init)),
    slackApiUrl: apiUrl,
    logger,
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
    timeout: 15_000,
    allowAbsoluteUrls: false,
  }
}

/** Adds a retry time to a 429 without one in seconds, which a proxy may send and the client would treat as a defect. */
function withRetryTime(answer: Response): Response {
  const isReadable = /^\s*\d/.test(answer.headers.get('retry-after') ?? '')
  if (answer.status !== 429 || isReadable) return answer
  const headers = new Headers(answer.headers)
  headers.set('retry-after', String(serverErrorWaitMs / 1000))
  return new Response(answer.body, { status: answer.status, headers })
}

export class SlackApi {
  readonly #options: WebClientOptions
  readonly #limiter: RateLimiter
  readonly #log: Logger
  readonly #clients = new LRUCache<string, WebClient>({ max: maxTokens })
  /** The scopes that tokens lack: each is logged once. */
  readonly #missingScopes = new LRUCache<string, true>({ max: maxTokens })
  /** The refused tokens: each is logged once. */
  readonly #refused = new LRUCache<string, true>({ max: maxTokens })

  constructor(options: WebClientOptions, clock: Clock, log: Logger) {
    this.#options = options
    this.#log = log
    this.#limiter = new RateLimiter(clock)
  }

  /**
   * Makes one call. `limitKey` identifies a rate limit: a method, or for messages a method and its channel. Nothing is sent
   * during a wait.
   */
  async call<T>(
    token: string,
    limitKey: string,
    ask: (client: WebClient) => Promise<T>,
  ): Promise<CallOutcome<T>> {
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

  /** Whether the rate limit has room for an optional call. */
  canSpare(token: string, limitKey: string): boolean {
    return this.#limiter.canSpare(token, limitKey)
  }

  /** The number of calls that are possible now. */
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
    this.#refused.set(token, true)
    this.#log.error({ error }, 'Slack does not accept a token')
  }

  #noteMissingScope(token: string, data: unknown): void {
    const { data: facts } = missingScope.safeParse(data)
    // Slack also asks for scopes that the manifest leaves out, such as groups:read for the kind of a private channel.
    const scopes = facts?.needed.split(',').filter(scope => botScopes.includes(scope)) ?? []
    const key = `${token} ${scopes}`
    if (scopes.length === 0 || this.#missingScopes.has(key)) return
    this.#missingScopes.set(key, true)
    this.#log.error({ scopes: scopes.join(',') }, 'scopes are missing: install the app again')
  }

  #refusal(token: string, limitKey: string, error: unknown): { kind: 'refused'; code: string } {
    if (error instanceof WebAPIRateLimitedError) {
      const waitMs = error.retryAfter * 1000
      this.#limiter.close(token, limitKey, waitMs)
      throw busy(waitMs, error)
    }
    if (error instanceof WebAPIPlatformError) {
      const code = error.data.error
      if (!slackCode.test(code)) throw new AppError('platform-unreachable', { platform: 'Slack' })
      if (isTemporary(code)) throw busy(serverErrorWaitMs, error)
      this.#noteRefusal(token, code)
      this.#noteMissingScope(token, error.data)
      return { kind: 'refused', code }
    }
    // The effect of the call is unknown: a begun step stays begun, and its object is searched for.
    if (error instanceof WebAPIHTTPError || error instanceof WebAPIRequestError)
      throw new AppError('platform-unreachable', { platform: 'Slack' }, error)
    throw error
  }
}

function busy(waitMs: number, cause?: unknown): AppError {
  return new AppError('platform-busy', { platform: 'Slack', retryAfterMs: waitMs }, cause)
}
