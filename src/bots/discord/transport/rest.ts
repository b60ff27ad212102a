/** Discord's REST client: it outlives gateway clients, keeps its token, and can be aborted at once. */
import { DefaultRestOptions, REST } from 'discord.js'
import { z } from 'zod'
import { AbortableRequests } from '../../../net/abortable-requests.ts'

type MakeRequest = typeof DefaultRestOptions.makeRequest

/**
 * The codes of limited edits: a message that is older than an hour, or was published to other servers, permits few edits an hour.
 */
const editLimit = z.object({ code: z.union([z.literal(30046), z.literal(20028)]) })

/**
 * Discord answers such an edit with 429 and a wait of a second. The true wait of up to an hour is only in the body
 * (discord-api-docs #6109), so the library would send the pictures repeatedly. This function turns the answer into a refusal,
 * because a new message does not have that limit.
 */
function withLimitedEditsRefused(makeRequest: MakeRequest): MakeRequest {
  return async (url, init) => {
    const answer = await makeRequest(url, init)
    if (answer.status !== 429 || init.method !== 'PATCH') return answer
    const body = await answer.text()
    const status = editLimit.safeParse(jsonOf(body)).success ? 400 : answer.status
    return new Response(body, { status, headers: [...answer.headers] })
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

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
      makeRequest: requests.wrap(withLimitedEditsRefused(DefaultRestOptions.makeRequest)),
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
