/** The Discord adapter: assembles its parts, starts and stops. */
import type { Client } from 'discord.js'
import { authorOf } from '../../app/access/access-rules.ts'
import { within } from '../../system/time-limit.ts'
import type { Adapter, AdapterParts, ReportStatus } from '../adapter.ts'
import { CommandRegistration } from './commands/command-registration.ts'
import { type Receiver, receive } from './inbound/receive.ts'
import { ButtonTokens } from './outbound/button-tokens.ts'
import { CardUpdates } from './outbound/card-updates.ts'
import { DiscordCourier } from './outbound/courier.ts'
import { FirstMessageTracker } from './outbound/first-message-tracker.ts'
import { JobPosts } from './outbound/job-posts.ts'
import { MessagePlacement } from './outbound/message-placement.ts'
import { Messages } from './outbound/messages.ts'
import { BotStatus } from './outbound/presence.ts'
import { TokenExpiryNotices } from './outbound/token-expiry-notices.ts'
import { Pictures } from './outbound/uploads.ts'
import { DiscordApi } from './transport/api.ts'
import type { ClientChoices } from './transport/client.ts'
import { Connection } from './transport/connection.ts'

/** How long a stop waits for replies that are being sent. */
const stopTimeoutMs = 3000

export class DiscordAdapter implements Adapter {
  readonly platform = 'discord'
  readonly courier: DiscordCourier
  readonly #parts: AdapterParts
  readonly #connection: Connection
  readonly #receiver: Receiver
  readonly #presence: BotStatus
  readonly #commands: CommandRegistration
  readonly #api: DiscordApi
  readonly #cards: CardUpdates
  readonly #firstMessages: FirstMessageTracker
  readonly #expiryNotices: TokenExpiryNotices

  constructor(parts: AdapterParts, token: string, choices: ClientChoices = {}) {
    const { log } = parts
    this.#parts = parts
    this.#connection = new Connection({
      apiUrl: parts.config.discord.apiUrl,
      token,
      choices,
      clock: parts.clock,
      log,
      onReady: client => this.#ready(client),
      onInteraction: interaction => this.#receiver.take(interaction),
      onMessage: message => this.#receiver.answer(message),
    })
    this.#commands = new CommandRegistration(parts)
    this.#api = new DiscordApi(this.#connection.rest, parts.clock)
    const messages = new Messages(this.#api)
    const buttonTokens = new ButtonTokens(parts.clock)
    const posts = new JobPosts(parts.config.discord.spoilerGuilds)
    this.#cards = new CardUpdates({ messages, posts, clock: parts.clock, log })
    this.#expiryNotices = new TokenExpiryNotices(parts.clock)
    this.#firstMessages = new FirstMessageTracker(parts.clock)
    this.courier = new DiscordCourier({
      messages,
      placement: new MessagePlacement(messages, buttonTokens, () => parts.clock.now()),
      pictures: new Pictures((id, job) => parts.easel.pictureBytes(id, authorOf(job)), parts.clock),
      posts,
      cards: this.#cards,
      firstMessages: this.#firstMessages,
      expiryNotices: this.#expiryNotices,
      jobNow: job => parts.easel.job(job.id, authorOf(job)),
      log,
    })
    this.#receiver = receive({
      ...this.#parts,
      courier: this.courier,
      firstMessages: this.#firstMessages,
      buttonTokens,
      messages,
    })
    this.#presence = new BotStatus(this.#connection, this.#parts)
  }

  /** Resolves when nothing is being handled. */
  async idle(): Promise<void> {
    await Promise.all([this.#receiver.idle(), this.#commands.idle()])
  }

  /** Connects. Rejects if Discord refuses the token. While Discord is unreachable it retries. */
  start(report: ReportStatus = () => {}): Promise<void> {
    return this.#connection.open(report)
  }

  async #ready(client: Client<true>): Promise<void> {
    this.#api.setIdentity({ applicationId: client.application.id, userId: client.user.id })
    await this.#commands.start(client)
    this.#presence.start()
  }

  async stop(): Promise<void> {
    this.#presence.stop()
    this.#commands.stop()
    this.#cards.stop()
    this.#firstMessages.close()
    this.#expiryNotices.stop()
    const underway = Promise.all([this.#connection.waitForOpening(), this.#receiver.idle()])
    await within(this.#parts.clock, stopTimeoutMs, underway)
    await this.#connection.close()
  }
}
