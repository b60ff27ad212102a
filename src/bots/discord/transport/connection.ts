/** The connection to Discord: opens it, reopens it after a permanent close, and closes it even if the network hangs. */
import { type Client, Events, type Interaction, type Message, RESTEvents } from 'discord.js'
import { type Backoff, backoffMs } from '../../../common/backoff.ts'
import { hasCode, toAppError } from '../../../errors/errors.ts'
import type { Clock, Logger } from '../../../system/ports.ts'
import { within } from '../../../system/time-limit.ts'
import type { ReportStatus } from '../../adapter.ts'
import { type ClientChoices, closeReason, connect, newClient } from './client.ts'
import { DurableRest } from './rest.ts'

export interface ConnectionParts {
  apiUrl: string
  token: string
  choices: ClientChoices
  clock: Clock
  log: Logger
  /** Called when a client is ready, the first or a later one. An exception ends that client. */
  onReady(client: Client<true>): Promise<void>
  onInteraction(interaction: Interaction): void
  onMessage(message: Message): void
}

/** The pauses after refusals. */
const retry: Backoff = { firstMs: 10_000, maxMs: 5 * 60_000 }
/** How long closing the connection waits for Discord. */
const closeTimeLimitMs = 1000
const unauthorized = 401

export class Connection {
  readonly rest: DurableRest
  readonly #parts: ConnectionParts
  #client: Client<true> | undefined
  /** The client that is connecting, so that a stop can end it. */
  #opening: Client | undefined
  #opened: Promise<void> = Promise.resolve()
  #isClosed = false
  #onClose = () => {}
  readonly #closed = new Promise<void>(resolve => {
    this.#onClose = resolve
  })
  #stopTrying = () => {}
  #report: ReportStatus = () => {}

  constructor(parts: ConnectionParts) {
    this.#parts = parts
    const { log } = parts
    this.rest = new DurableRest(parts.apiUrl, parts.token)
    this.rest.on(RESTEvents.InvalidRequestWarning, ({ count }) =>
      log.warn({ count }, 'Discord bans for a while who sends 10,000 invalid requests in 10 minutes'),
    )
    this.rest.on(RESTEvents.Response, ({ data, path }, { status }) => {
      if (status === unauthorized && data.auth) log.error({ path }, 'Discord does not accept the token')
    })
  }

  /** The ready client; undefined while there is none. */
  get client(): Client<true> | undefined {
    return this.#client
  }

  /** Opens the connection. Rejects if Discord refuses the token. While Discord is unreachable it retries. */
  open(report: ReportStatus): Promise<void> {
    this.#report = report
    this.#opened = this.#open()
    return this.#opened
  }

  async #open(): Promise<void> {
    try {
      // discord.js never settles a login that is ended while it runs.
      await Promise.race([this.#connect(), this.#closed])
      if (!this.#isClosed) this.#report({ kind: 'on' })
    } catch (error) {
      if (this.#isClosed) return
      if (!hasCode(error, 'platform-busy')) throw error
      this.#openLater(error, 0)
    }
  }

  /** Resolves when `open` has settled. */
  async waitForOpening(): Promise<void> {
    await this.#opened.catch(() => {})
  }

  /** Ends everything. Resolves when Discord has closed the connection, or after a time limit. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#onClose()
    this.#stopTrying()
    this.rest.end()
    const clients = [this.#client, this.#opening].flatMap(client => client ?? [])
    await within(this.#parts.clock, closeTimeLimitMs, Promise.all(clients.map(client => client.destroy())))
  }

  async #connect(): Promise<void> {
    const { token, choices, log, onInteraction, onMessage, onReady } = this.#parts
    const client = newClient(this.rest, log, choices)
    client.on(Events.InteractionCreate, onInteraction)
    client.on(Events.MessageCreate, onMessage)
    client.on(Events.ShardDisconnect, ({ code }) => this.#onDisconnect(client, code))
    this.#opening = client
    try {
      const ready = await connect(client, token)
      this.#client = ready
      await onReady(ready)
    } catch (error) {
      this.#discard(client)
      throw error
    } finally {
      this.#opening = undefined
    }
  }

  /** The gateway ended a running client: the cause may be temporary, or the operator fixes it. */
  #onDisconnect(client: Client, code: number): void {
    if (client !== this.#client || this.#isClosed) return
    this.#parts.log.error({ code, problem: closeReason(code) }, 'Discord ended the connection')
    this.#report({ kind: 'connecting' })
    this.#discard(client)
    this.#stopTrying = this.#parts.clock.after(backoffMs(retry, 0), () => void this.#openAgain(0))
  }

  async #openAgain(refusals: number): Promise<void> {
    try {
      await this.#connect()
      this.#parts.log.info({}, 'connected to Discord again')
      this.#report({ kind: 'on' })
    } catch (error) {
      if (!this.#isClosed) this.#openLater(error, refusals + 1)
    }
  }

  /** An unreachable platform states its retry time. Refusals use exponential back-off. */
  #openLater(error: unknown, refusals: number): void {
    const { log, clock } = this.#parts
    const isBusy = hasCode(error, 'platform-busy')
    const retryInMs = isBusy ? error.details.retryAfterMs : backoffMs(retry, refusals)
    const fault = toAppError(error)
    this.#report(isBusy ? { kind: 'connecting' } : { kind: 'refused', fault })
    if (isBusy)
      log.warn({ problem: String(fault.cause), retryInMs }, 'Discord cannot be reached; trying again')
    else log.error({ problem: fault.message, retryInMs }, 'Discord refused us; trying again')
    this.#stopTrying = clock.after(retryInMs, () => void this.#openAgain(isBusy ? 0 : refusals))
  }

  #discard(client: Client): void {
    if (this.#client === client) this.#client = undefined
    client.destroy().catch((error: unknown) => {
      this.#parts.log.debug({ problem: String(error) }, 'a client did not end as it should')
    })
  }
}
