/** Discord's REST client as Easel sets it up: it outlives gateway clients, keeps its token and can be ended at once. */
import { DefaultRestOptions, REST, type RESTOptions } from 'discord.js'

type MakeRequest = RESTOptions['makeRequest']

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
      makeRequest: requests.make,
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

/** Requests that end together, beside each one's own signal. */
class AbortableRequests {
  readonly #underway = new Set<AbortController>()
  #isAborted = false

  readonly make: MakeRequest = async (url, init) => {
    const controller = new AbortController()
    const abort = () => controller.abort()
    if (this.#isAborted || init.signal?.aborted) abort()
    init.signal?.addEventListener('abort', abort)
    this.#underway.add(controller)
    try {
      return await DefaultRestOptions.makeRequest(url, { ...init, signal: controller.signal })
    } finally {
      this.#underway.delete(controller)
      init.signal?.removeEventListener('abort', abort)
    }
  }

  abort(): void {
    this.#isAborted = true
    for (const controller of this.#underway) controller.abort()
  }
}
