/** The web chat as an adapter: a server of its own on the configured address. */
import { createServer, type Server, type ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Courier } from '../../app/courier.ts'
import { AppError } from '../../errors.ts'
import { wordsFor } from '../../words/locale.ts'
import type { Adapter, AdapterFactory, AdapterParts } from '../adapter.ts'
import { webCourier } from './courier.ts'
import { Live } from './live.ts'
import { webRoutes } from './routes.ts'
import { chat } from './visitors.ts'

export const webAdapter: AdapterFactory = parts => {
  const { config } = parts
  return config.web.enabled
    ? { kind: 'on', adapter: new WebAdapter(parts) }
    : { kind: 'off', reason: wordsFor(config.language).web.off }
}

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
    this.#server = createServer((request, response) => {
      this.#answering.add(response)
      response.once('close', () => this.#answered(response))
      void answer(request, response)
    })
  }

  /** Where browsers find the chat; the port is the real one where 0 was configured. Undefined until started. */
  get url(): string | undefined {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') return undefined
    const { host } = this.#parts.config.web
    return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}/`
  }

  async start(): Promise<void> {
    const { easel, config, log } = this.#parts
    const { host, port } = config.web
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', error => reject(listenFault(error, host, port)))
      this.#server.listen(port, host, resolve)
    })
    this.#unwatch = easel.watch(job => {
      if (job.conversation.platform === chat.platform) this.#live.changed(job)
    })
    log.info({ url: this.url }, 'the web chat is open')
  }

  /** Ends the live streams (browsers come back by themselves), waits for answers under way. */
  async stop(): Promise<void> {
    this.#unwatch()
    this.#stopping = true
    this.#live.close()
    if (!this.#server.listening) return
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()))
    if (this.#answering.size === 0) this.#server.closeAllConnections()
    await closed
  }

  /** Connections outlive their answers, and browsers open some before they ask: none may keep us from stopping. */
  #answered(response: ServerResponse): void {
    this.#answering.delete(response)
    if (this.#stopping && this.#answering.size === 0) this.#server.closeAllConnections()
  }
}

function listenFault(error: NodeJS.ErrnoException, host: string, port: number): AppError {
  if (error.code === 'EADDRINUSE') return new AppError('port-in-use', { host, port, key: 'web.port' }, error)
  const problem = `${host}:${port} ${error.code ?? error.message}`
  return new AppError('config', { file: 'web', key: 'web.host, web.port', problem }, error)
}
