/** The Discord adapter: how its parts are put together, and how it starts and stops. */
import { hasCode } from '../../errors.ts'
import type { Clock } from '../../ports.ts'
import { wordsFor } from '../../words/locale.ts'
import type { Adapter, AdapterFactory, AdapterParts } from '../adapter.ts'
import { registerCommands } from './commands/register-commands.ts'
import { type Receiver, receive } from './inbound/receive.ts'
import { CardUpdates } from './outbound/card-updates.ts'
import { DiscordCourier } from './outbound/courier.ts'
import { FirstMessageTracker } from './outbound/first-message-tracker.ts'
import { MessagePlacement } from './outbound/message-placement.ts'
import { Messages } from './outbound/messages.ts'
import { Presence } from './outbound/presence.ts'
import { TokenExpiryNotices } from './outbound/token-expiry-notices.ts'
import { Pictures } from './outbound/uploads.ts'
import { DiscordApi } from './transport/api.ts'
import { type ClientChoices, connect, newClient } from './transport/client.ts'

/** How long a stop waits for Discord. */
const stopPatienceMs = 3000

export const discordAdapter: AdapterFactory = parts => {
  const { discordToken } = parts.secrets
  if (discordToken === undefined)
    return { kind: 'off', reason: wordsFor(parts.config.language).discord.off.token }
  return { kind: 'on', adapter: new DiscordAdapter(parts, discordToken) }
}

export class DiscordAdapter implements Adapter {
  readonly platform = 'discord'
  readonly courier: DiscordCourier
  readonly #parts: AdapterParts
  readonly #token: string
  readonly #client: ReturnType<typeof newClient>
  readonly #receiver: Receiver
  readonly #presence: Presence
  #beginning: Promise<void> = Promise.resolve()
  #stopTrying = () => {}
  readonly #api: DiscordApi
  readonly #cards: CardUpdates
  readonly #firstMessages: FirstMessageTracker
  readonly #expiryNotices: TokenExpiryNotices

  constructor(parts: AdapterParts, token: string, choices: ClientChoices = {}) {
    const log = parts.log.child({ platform: 'discord' })
    this.#parts = { ...parts, log }
    this.#token = token
    this.#client = newClient(parts.config.discord.apiUrl, log, choices)
    this.#api = new DiscordApi(this.#client.rest, parts.clock)
    const messages = new Messages(this.#api)
    this.#cards = new CardUpdates({ messages, clock: parts.clock, log })
    this.#expiryNotices = new TokenExpiryNotices(parts.clock)
    this.#firstMessages = new FirstMessageTracker(parts.clock)
    this.courier = new DiscordCourier({
      messages,
      places: new MessagePlacement(messages, () => parts.clock.now()),
      pictures: new Pictures(id => parts.easel.pictureBytes(id)),
      cards: this.#cards,
      firstMessages: this.#firstMessages,
      expiryNotices: this.#expiryNotices,
      jobOf: id => parts.easel.job(id),
      spoilerGuilds: parts.config.discord.spoilerGuilds,
      log,
    })
    this.#receiver = receive(this.#client, {
      ...this.#parts,
      courier: this.courier,
      firstMessages: this.#firstMessages,
    })
    this.#presence = new Presence(this.#client, this.#parts)
  }

  /** Resolves when nothing that came in is still being dealt with. */
  idle(): Promise<void> {
    return this.#receiver.idle()
  }

  /** Throws where Discord does not let us in; a Discord that cannot be reached yet is tried until it can. */
  async start(): Promise<void> {
    this.#beginning = this.#begin()
    try {
      await this.#beginning
    } catch (error) {
      if (!hasCode(error, 'platform-busy')) throw error
      const { log, clock } = this.#parts
      log.warn({ problem: String(error.cause) }, 'Discord cannot be reached; trying again')
      this.#stopTrying = clock.after(error.details.retryAfterMs, () => void this.#startAgain())
    }
  }

  async #startAgain(): Promise<void> {
    await this.start().catch((error: unknown) =>
      this.#parts.log.error({ problem: String(error) }, 'Discord refused us; the adapter is off'),
    )
  }

  async #begin(): Promise<void> {
    const client = await connect(this.#client, this.#token)
    this.#api.connected(client.application.id)
    try {
      await registerCommands(client, this.#parts)
    } catch (error) {
      await client.destroy()
      throw error
    }
    this.#presence.start()
  }

  async stop(): Promise<void> {
    this.#stopTrying()
    // discord.js never comes back from the end of a login that is under way.
    await within(this.#parts.clock, this.#beginning)
    this.#presence.stop()
    this.#cards.stop()
    this.#firstMessages.close()
    this.#expiryNotices.stop()
    await this.#receiver.idle()
    await within(this.#parts.clock, this.#client.destroy())
  }
}

/** Resolves when that is over, however it ended, and at the latest when nobody would wait any longer. */
async function within(clock: Clock, work: Promise<unknown>): Promise<void> {
  let stop = () => {}
  const patience = new Promise<void>(resolve => {
    stop = clock.after(stopPatienceMs, resolve)
  })
  await Promise.race([work.catch(() => {}), patience])
  stop()
}
