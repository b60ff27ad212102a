/** The machine's side of one channel for models: requests, and their responses in the same order. */
import { AppError } from '../../errors/errors.ts'
import { type ModelReply, type ModelRequest, modelReply } from './model-messages.ts'

interface Waiting {
  resolve(reply: ModelReply): void
  reject(error: AppError): void
}

export class ModelRequests {
  readonly #send: (request: ModelRequest) => void
  #waiting: Waiting[] = []
  #isLost = false

  constructor(send: (request: ModelRequest) => void) {
    this.#send = send
  }

  /** Sends a request, and resolves to its response. @throws AppError 'model-fetch' when the gateway was lost, or sends another response. */
  async ask<Kind extends ModelReply['kind']>(
    request: ModelRequest,
    kind: Kind,
  ): Promise<Extract<ModelReply, { kind: Kind }>> {
    const reply = await new Promise<ModelReply>((resolve, reject) => {
      if (this.#isLost) return reject(lost())
      this.#waiting.push({ resolve, reject })
      this.#send(request)
    })
    if (isKind(reply, kind)) return reply
    throw new AppError('model-fetch', { problem: { what: 'unavailable' } })
  }

  receive(raw: unknown): void {
    const parsed = modelReply.safeParse(raw)
    this.#waiting.shift()?.resolve(parsed.success ? parsed.data : { kind: 'unavailable' })
  }

  /** The gateway is lost: rejects all open requests, and later ones. */
  lose(): void {
    this.#isLost = true
    for (const { reject } of this.#waiting.splice(0)) reject(lost())
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
