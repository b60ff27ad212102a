/**
 * Socket Mode over two connections, so that one continues while Slack renews the other. This module reconnects instead of
 * Bolt's client, which waits 5 s before each try and does not handle the error of a later try.
 */
import { type App, type Receiver, SocketModeReceiver } from '@slack/bolt'
import { WebAPIPlatformError, type WebClientOptions } from '@slack/web-api'
import { backoffMs } from '../../../common/backoff.ts'
import { AppError, toAppError } from '../../../errors/errors.ts'
import type { Clock, Logger } from '../../../system/ports.ts'
import { isTemporary } from './api.ts'

/** Slack allows ten; each event goes to one of them. */
const connectionCount = 2
const pause = { firstMs: 1000, maxMs: 60_000 }
/** How long a stop waits for Slack's close frame. */
const closeTimeoutMs = 2000

export interface SocketParts {
  appToken: string
  clientOptions: WebClientOptions
  clock: Clock
  log: Logger
}

export class Sockets implements Receiver {
  readonly #connections: SocketConnection[]

  constructor(parts: SocketParts) {
    this.#connections = Array.from({ length: connectionCount }, () => new SocketConnection(parts))
  }

  init(app: App): void {
    for (const connection of this.#connections) connection.init(app)
  }

  /** Opens the connections. Rejects if the first one cannot be opened; the others keep retrying. */
  async start(): Promise<void> {
    const [first, ...others] = this.#connections
    await first?.open()
    for (const connection of others) await connection.keepOpen()
  }

  async stop(): Promise<void> {
    await Promise.all(this.#connections.map(connection => connection.close()))
  }
}

/** One connection, which reconnects until it is closed. */
class SocketConnection {
  readonly #receiver: SocketModeReceiver
  readonly #clock: Clock
  readonly #log: Logger
  #state: 'closed' | 'opening' | 'open' | 'waiting' = 'closed'
  #failures = 0
  #stopWaiting = () => {}

  constructor({ appToken, clientOptions, clock, log }: SocketParts) {
    this.#clock = clock
    this.#log = log
    this.#receiver = new SocketModeReceiver({
      appToken,
      autoReconnectEnabled: false,
      installerOptions: { clientOptions: { ...clientOptions } },
      ...(clientOptions.logger === undefined ? {} : { logger: clientOptions.logger }),
    })
    this.#receiver.client.on('disconnected', () => this.#onDisconnect())
  }

  init(app: App): void {
    this.#receiver.init(app)
  }

  async open(): Promise<void> {
    this.#state = 'opening'
    try {
      await this.#receiver.client.start()
    } catch (error) {
      this.#state = 'closed'
      throw refusal(error)
    }
    this.#state = 'open'
    this.#failures = 0
  }

  /** Tries now, and again while that fails. Never rejects. */
  async keepOpen(): Promise<void> {
    try {
      await this.open()
    } catch (error) {
      this.#failures += 1
      const pauseMs = backoffMs(pause, this.#failures - 1)
      const fault = toAppError(error)
      const fields = { pauseMs, problem: fault.message }
      // Only the operator can replace a refused token; a network fault is temporary.
      if (fault.retryable) this.#log.warn(fields, 'no connection to Slack')
      else this.#log.error(fields, 'Slack refused the connection')
      this.#state = 'waiting'
      this.#stopWaiting = this.#clock.after(pauseMs, () => void this.keepOpen())
    }
  }

  async close(): Promise<void> {
    const wasOpen = this.#state === 'open'
    this.#state = 'closed'
    this.#stopWaiting()
    if (!wasOpen) return
    const timeout = new Promise<void>(resolve => {
      this.#stopWaiting = this.#clock.after(closeTimeoutMs, resolve)
    })
    await Promise.race([this.#receiver.client.disconnect(), timeout])
    this.#stopWaiting()
  }

  /** Reopens at once after a renewal or a broken connection; only failed tries are delayed. */
  #onDisconnect(): void {
    if (this.#state !== 'open') return
    this.#log.info({}, 'a connection to Slack ended; opening another')
    void this.keepOpen()
  }
}

/** Slack's refusal of the token is permanent; a fault of Slack's or of the network is temporary. */
function refusal(error: unknown): AppError {
  if (!(error instanceof WebAPIPlatformError) || isTemporary(error.data.error))
    return new AppError('platform-busy', { platform: 'Slack', retryAfterMs: pause.firstMs }, error)
  const problem = { what: 'error', subject: 'Socket Mode', code: error.data.error } as const
  return new AppError('platform-refused', { platform: 'Slack', problem }, error)
}
