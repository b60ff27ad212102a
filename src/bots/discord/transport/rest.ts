/** Discord's REST client: it outlives gateway clients, keeps its token, and can be aborted at once. */
import { DefaultRestOptions, REST } from 'discord.js'
import { AbortableRequests } from '../../../net/abortable-requests.ts'

/**
 * discord.js discards the token at the first 401, even if Discord's refusal is temporary, and ends a client's REST with
 * the client. This class keeps both until `end`.
 */
export class DurableRest extends REST {
  readonly #requests: AbortableRequests

  constructor(apiUrl: string, token: string) {
    const requests = new AbortableRequests()
    super({
      api: apiUrl,
      // Easel's own queue waits and serves other channels meanwhile; interaction responses wait in the library's queue.
      rejectOnRateLimit: ({ route }) => route.startsWith('/channels'),
      // Easel's own rate limiter keeps the global limit, for which interaction responses do not count.
      globalRequestsPerSecond: 1000,
      invalidRequestWarningInterval: 500,
      makeRequest: requests.wrap(DefaultRestOptions.makeRequest),
    })
    this.#requests = requests
    super.setToken(token)
  }

  /** Rejects all running requests and all later ones. */
  end(): void {
    this.#requests.abort()
    super.clearHashSweeper()
    super.clearHandlerSweeper()
  }

  override setToken(_token: string): this {
    return this
  }

  override clearHashSweeper(): void {}

  override clearHandlerSweeper(): void {}
}
