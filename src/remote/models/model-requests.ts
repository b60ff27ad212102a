/** The machine's side of one channel for models: requests, and their responses in the same order. */
import { AppError } from '../../errors/errors.ts'
import { type ModelReply, type ModelRequest, modelReply } from './model-messages.ts'

interface Unanswered {
  resolve(reply: ModelReply): void
  reject(error: AppError): void
}

export class ModelRequests {
  readonly #send: (request: ModelRequest) => void
  #unanswered: Unanswered[] = []
  #isClosed = false

  constructor(send: (request: ModelRequest) => void) {
    this.#send = send
  }

  /**
   * Sends a request, and returns the response.
   * @throws AppError 'model-fetch' when the channel is closed, or the response is of another kind.
   */
  async request<Kind extends ModelReply['kind']>(
    message: ModelRequest,
    kind: Kind,
  ): Promise<Extract<ModelReply, { kind: Kind }>> {
    const reply = await new Promise<ModelReply>((resolve, reject) => {
      if (this.#isClosed) return reject(lost())
      this.#unanswered.push({ resolve, reject })
      this.#send(message)
    })
    if (isKind(reply, kind)) return reply
    throw new AppError('model-fetch', { problem: { what: 'unavailable' } })
  }

  receive(raw: unknown): void {
    const parsed = modelReply.safeParse(raw)
    this.#unanswered.shift()?.resolve(parsed.success ? parsed.data : { kind: 'unavailable' })
  }

  /** Ends the channel: rejects the unanswered requests, and later ones. */
  close(): void {
    this.#isClosed = true
    for (const { reject } of this.#unanswered.splice(0)) reject(lost())
  }
}

function lost(): AppError {
  return new AppError('model-fetch', { problem: { what: 'lost' } })
}

function isKind<Kind extends ModelReply['kind']>(
  reply: ModelReply,
  kind: Kind,
): reply is Extract<ModelReply, { kind: Kind }> {
  return reply.kind === kind
}
