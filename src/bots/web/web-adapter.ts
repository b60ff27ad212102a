/** The web adapter: an HTTP server on the configured address. */
import { createServer, type Server, type ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Courier } from '../../app/delivery/courier.ts'
import { listen, listeningAddress } from '../../net/listen.ts'
import type { Adapter, AdapterParts, ReportStatus } from '../adapter.ts'
import { webRoutes } from './inbound/routes.ts'
import { anonymousViewer, chat } from './inbound/visitors.ts'
import { webCourier } from './outbound/courier.ts'
import { Live } from './outbound/live.ts'

/** The time limit for receiving a request: two pictures of 20 MB over 3 Mbit/s. */
const requestTimeoutMs = 120_000

export class WebAdapter implements Adapter {
  readonly platform = chat.platform
  readonly courier: Courier
  readonly #parts: AdapterParts
  readonly #live = new Live()
  readonly #server: Server
  #unwatch: () => void = () => {}
  readonly #answering = new Set<ServerResponse>()
  #stopping = false

  constructor(parts: AdapterParts) {
    this.#parts = parts
    this.courier = webCourier(this.#live)
    const answer = getRequestListener(webRoutes(parts, this.#live).fetch)
    this.#server = createServer({ requestTimeout: requestTimeoutMs }, (request, response) => {
      this.#answering.add(response)
      response.once('close', () => this.#answered(response))
      void answer(request, response)
    })
  }

  /** The URL of the chat, with the actual port if 0 was configured. Undefined until started. */
  get url(): string | undefined {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') return undefined
    const { host } = this.#parts.config.web
    return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}/`
  }

  async start(report: ReportStatus = () => {}): Promise<void> {
    const { easel, config, log } = this.#parts
    await listen(this.#server, listeningAddress(config, 'web'))
    this.#unwatch = easel.watch(
      anonymousViewer,
      job => this.#live.changed(job),
      jobId => this.#live.removed(jobId),
    )
    log.info({ url: this.url }, 'the web chat is open')
    report({ kind: 'on' })
  }

  /** Ends the live streams (browsers reconnect) and waits for running responses. */
  async stop(): Promise<void> {
    this.#unwatch()
    this.#stopping = true
    this.#live.close()
    if (!this.#server.listening) return
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()))
    if (this.#answering.size === 0) this.#server.closeAllConnections()
    await closed
  }

  /** Closes idle connections, which browsers keep open or open in advance, so they cannot block a stop. */
  #answered(response: ServerResponse): void {
    this.#answering.delete(response)
    if (this.#stopping && this.#answering.size === 0) this.#server.closeAllConnections()
  }
}
