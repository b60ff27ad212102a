/** The Discord adapter: how its parts are put together, and how it starts and stops. */
import { wordsFor } from '../../words/locale.ts'
import type { Adapter, AdapterFactory, AdapterParts } from '../adapter.ts'
import { type ClientChoices, connect, newClient } from './client.ts'
import { DiscordCourier } from './deliver.ts'
import { Presence } from './presence.ts'
import { type Receiver, receive } from './receive.ts'
import { registerCommands } from './register.ts'

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

  constructor(parts: AdapterParts, token: string, choices: ClientChoices = {}) {
    const log = parts.log.child({ platform: 'discord' })
    this.#parts = { ...parts, log }
    this.#token = token
    this.#client = newClient(parts.config.discord.apiUrl, log, choices)
    this.courier = new DiscordCourier()
    this.#receiver = receive(this.#client, { ...this.#parts, courier: this.courier })
    this.#presence = new Presence(this.#client, this.#parts)
  }

  /** Resolves when nothing that came in is still being dealt with. */
  idle(): Promise<void> {
    return this.#receiver.idle()
  }

  async start(): Promise<void> {
    const client = await connect(this.#client, this.#token)
    await registerCommands(client, this.#parts)
    this.#presence.start()
  }

  async stop(): Promise<void> {
    this.#presence.stop()
    await this.#receiver.idle()
    await this.#client.destroy()
  }
}
