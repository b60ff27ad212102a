/** Discord's REST client as Easel sets it up: it outlives gateway clients, keeps its token and can be ended at once. */
import { DefaultRestOptions, REST } from 'discord.js'
import { AbortableRequests } from '../../../net/abortable-requests.ts'

/**
 * discord.js takes the token away at the first 401, even where Discord is mistaken for a moment, and ends a client's
 * REST with the client. Here both stay until `end`.
 */
export class DurableRest extends REST {
  readonly #requests: AbortableRequests

  constructor(apiUrl: string, token: string) {
    const requests = new AbortableRequests()
    super({
      api: apiUrl,
      // Easel's own queue waits, and meanwhile serves other channels; answers to people wait in the library's.
      rejectOnRateLimit: ({ route }) => route.startsWith('/channels'),
      // Easel's own queue keeps to the limit of all requests; answers to people do not count for it.
      globalRequestsPerSecond: 1000,
      invalidRequestWarningInterval: 500,
      makeRequest: requests.wrap(DefaultRestOptions.makeRequest),
    })
    this.#requests = requests
    super.setToken(token)
  }

  /** Whatever is under way rejects, and so does whatever comes later. */
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
