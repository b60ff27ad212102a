/** The connection to Discord: opened, opened anew where Discord ended it for good, and closed whatever the network does. */
import { type Client, Events, type Interaction, RESTEvents } from 'discord.js'
import { hasCode, toAppError } from '../../../errors.ts'
import type { Clock, Logger } from '../../../ports.ts'
import { within } from '../../../time-limit.ts'
import type { ReportStatus } from '../../adapter.ts'
import { type ClientChoices, closeReason, connect, newClient } from './client.ts'
import { DurableRest } from './rest.ts'

export interface ConnectionParts {
  apiUrl: string
  token: string
  choices: ClientChoices
  clock: Clock
  log: Logger
  /** A client is there, the first or another one. What it throws ends that client. */
  onReady(client: Client<true>): Promise<void>
  onInteraction(interaction: Interaction): void
}

/** Between a refusal while running and the next try; doubled with each refusal after it. */
const firstRetryMs = 10_000
const longestRetryMs = 5 * 60_000
/** How long Discord is waited for when the connection is closed. */
const closePatienceMs = 1000
const unauthorized = 401

export class Connection {
  readonly rest: DurableRest
  readonly #parts: ConnectionParts
  #client: Client<true> | undefined
  /** Being made ready, so that a stop can end it. */
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

  /** The client that is ready; undefined while there is none. */
  get client(): Client<true> | undefined {
    return this.#client
  }

  /** Rejects where Discord does not let us in; a Discord that cannot be reached yet is tried until it can. */
  open(report: ReportStatus): Promise<void> {
    this.#report = report
    this.#opened = this.#open()
    return this.#opened
  }

  async #open(): Promise<void> {
    try {
      // discord.js never comes back from the end of a login that is under way.
      await Promise.race([this.#connect(), this.#closed])
      if (!this.#isClosed) this.#report({ kind: 'on' })
    } catch (error) {
      if (this.#isClosed) return
      if (!hasCode(error, 'platform-busy')) throw error
      this.#openLater(error, firstRetryMs)
    }
  }

  /** Resolves when `open` is over, however it ended. */
  async opened(): Promise<void> {
    await this.#opened.catch(() => {})
  }

  /** Ends what is under way. Resolves when Discord has said goodbye, or did not in time. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#onClose()
    this.#stopTrying()
    this.rest.end()
    const clients = [this.#client, this.#opening].flatMap(client => client ?? [])
    await within(this.#parts.clock, closePatienceMs, Promise.all(clients.map(client => client.destroy())))
  }

  async #connect(): Promise<void> {
    const { token, choices, log, onInteraction, onReady } = this.#parts
    const client = newClient(this.rest, log, choices)
    client.on(Events.InteractionCreate, onInteraction)
    client.on(Events.ShardDisconnect, ({ code }) => this.#lost(client, code))
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

  /** The gateway ended a client that ran: what is wrong may pass, or the operator mends it. */
  #lost(client: Client, code: number): void {
    if (client !== this.#client || this.#isClosed) return
    this.#parts.log.error({ code, problem: closeReason(code) }, 'Discord ended the connection')
    this.#report({ kind: 'connecting' })
    this.#discard(client)
    this.#stopTrying = this.#parts.clock.after(firstRetryMs, () => void this.#openAgain(firstRetryMs))
  }

  async #openAgain(waitedMs: number): Promise<void> {
    try {
      await this.#connect()
      this.#parts.log.info({}, 'connected to Discord again')
      this.#report({ kind: 'on' })
    } catch (error) {
      if (!this.#isClosed) this.#openLater(error, Math.min(waitedMs * 2, longestRetryMs))
    }
  }

  /** One that cannot be reached says itself when to try; one that refuses us is asked ever less often. */
  #openLater(error: unknown, pauseMs: number): void {
    const { log, clock } = this.#parts
    const isBusy = hasCode(error, 'platform-busy')
    const retryInMs = isBusy ? error.details.retryAfterMs : pauseMs
    const fault = toAppError(error)
    this.#report(isBusy ? { kind: 'connecting' } : { kind: 'refused', fault })
    if (isBusy)
      log.warn({ problem: String(fault.cause), retryInMs }, 'Discord cannot be reached; trying again')
    else log.error({ problem: fault.message, retryInMs }, 'Discord refused us; trying again')
    this.#stopTrying = clock.after(retryInMs, () => void this.#openAgain(isBusy ? firstRetryMs : pauseMs))
  }

  #discard(client: Client): void {
    if (this.#client === client) this.#client = undefined
    client.destroy().catch((error: unknown) => {
      this.#parts.log.debug({ problem: String(error) }, 'a client did not end as it should')
    })
  }
}
