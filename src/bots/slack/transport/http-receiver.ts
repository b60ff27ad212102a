/** Receives HTTP requests from Slack: signed events, and the installation pages. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type App, HTTPReceiver, type Receiver } from '@slack/bolt'
import type { WebClientOptions } from '@slack/web-api'
import { ByteBudget } from '../../../net/byte-budget.ts'
import { type ListeningAddress, listen } from '../../../net/listen.ts'
import type { Clock, Logger } from '../../../system/ports.ts'
import type { Words } from '../../../words/en.ts'
import { showFailure } from './install-pages.ts'
import type { Installations } from './installations.ts'
import { verifyRequest } from './verify-request.ts'

const eventsPath = '/slack/events'
/** Slack's largest payloads, complete modals, are much smaller. */
const maxBodyBytes = 1024 * 1024
/** The size of nearly all of Slack's requests. These are always read. */
const smallBodyBytes = 64 * 1024
/**
 * The maximum bytes of larger bodies that are read at one time. Anybody may send them, because the signature covers the whole body.
 */
const maxConcurrentBodyBytes = 16 * maxBodyBytes
const maxWaitingBodies = 100
/** Slack repeats a request that gets no response within three seconds. */
const bodyWaitMs = 2000
/** The time limit for receiving a request. */
const requestTimeoutMs = 10_000

export interface OAuthParts {
  clientId: string
  clientSecret: string
  stateSecret: string
  scopes: string[]
  installations: Installations
}

export interface HttpParts {
  address: ListeningAddress
  /** Undefined: events use Socket Mode, and this receiver only serves installations. */
  signingSecret?: string
  /** Undefined: one workspace, with the token of the environment. */
  oauth?: OAuthParts
  clientOptions: WebClientOptions
  /** The texts of the pages. */
  words: Words
  clock: Clock
  log: Logger
}

export class SlackHttpReceiver implements Receiver {
  readonly #parts: HttpParts
  readonly #receiver: HTTPReceiver
  readonly #server: Server
  readonly #bodies: ByteBudget

  constructor(parts: HttpParts) {
    this.#parts = parts
    this.#bodies = new ByteBudget({
      limitBytes: maxConcurrentBodyBytes,
      timeLimitMs: bodyWaitMs,
      maxWaiting: maxWaitingBodies,
      clock: parts.clock,
    })
    const { oauth, clientOptions } = parts
    this.#receiver = new HTTPReceiver({
      // Requests are verified here. Bolt would not refuse timestamps in the future.
      signingSecret: '',
      signatureVerification: false,
      endpoints: [eventsPath],
      ...(clientOptions.logger === undefined ? {} : { logger: clientOptions.logger }),
      ...(oauth === undefined
        ? {}
        : {
            clientId: oauth.clientId,
            clientSecret: oauth.clientSecret,
            stateSecret: oauth.stateSecret,
            scopes: oauth.scopes,
            installationStore: oauth.installations,
            installerOptions: {
              clientOptions,
              callbackOptions: {
                failure: ({ code }, _options, request, response) => {
                  parts.log.info({ code }, 'an installation came to nothing')
                  showFailure(code, parts.words, request, response)
                },
              },
            },
          }),
    })
    this.#server = createServer({ requestTimeout: requestTimeoutMs }, (request, response) => {
      this.#handle(request, response).catch((error: unknown) => {
        parts.log.warn({ problem: String(error) }, 'a request to the Slack receiver failed')
        if (!response.headersSent) response.writeHead(500)
        response.end()
      })
    })
  }

  init(app: App): void {
    this.#receiver.init(app)
  }

  /** http://HOST:PORT once it listens. */
  get url(): string {
    const address = this.#server.address()
    const { host, port } = this.#parts.address
    return `http://${host}:${address === null || typeof address === 'string' ? port : address.port}`
  }

  async start(): Promise<void> {
    await listen(this.#server, this.#parts.address)
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()))
    this.#server.closeIdleConnections()
    await closed
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    if (path !== eventsPath) return this.#installPages(request, response)
    const rawBody = await this.#bodyOf(request)
    if (rawBody === undefined || rawBody === 'busy' || !this.#isGenuine(request, rawBody)) {
      response.writeHead(rawBody === 'busy' ? 503 : 401, { connection: 'close' }).end()
      return
    }
    this.#receiver.requestListener(Object.assign(request, { rawBody }), response)
  }

  /**
   * The body of a request; undefined if it is larger than any of Slack's; `busy` if there was no room for it in time, and Slack
   * repeats the request.
   */
  async #bodyOf(request: IncomingMessage): Promise<Buffer | 'busy' | undefined> {
    const announcedBytes = Number(headerOf(request, 'content-length') ?? maxBodyBytes)
    if (request.method !== 'POST' || announcedBytes > maxBodyBytes) return undefined
    if (announcedBytes <= smallBodyBytes) return readBody(request)
    const read = await this.#bodies.during(announcedBytes, async () => ({ body: await readBody(request) }))
    return read ? read.body : 'busy'
  }

  #isGenuine(request: IncomingMessage, rawBody: Buffer): boolean {
    const { signingSecret, clock, log } = this.#parts
    if (signingSecret === undefined) return false
    const verdict = verifyRequest({
      signingSecret,
      rawBody,
      timestamp: headerOf(request, 'x-slack-request-timestamp'),
      signature: headerOf(request, 'x-slack-signature'),
      nowMs: clock.now(),
    })
    if (verdict !== 'genuine') log.warn({ verdict }, 'refused a request that does not come from Slack')
    return verdict === 'genuine'
  }

  #installPages(request: IncomingMessage, response: ServerResponse): void {
    if (this.#parts.oauth === undefined || request.method !== 'GET') {
      response.writeHead(404).end()
      return
    }
    try {
      this.#receiver.requestListener(request, response)
    } catch {
      // Bolt throws for every unknown path.
      response.writeHead(404).end()
    }
  }
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}

/** The body of a request; undefined if it is too large, in which case the rest is not read. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    length += bytes.length
    if (length > maxBodyBytes) return undefined
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}
