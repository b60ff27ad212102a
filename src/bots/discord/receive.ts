/** Every interaction of Discord → one call of app/; what it says to the one who acted goes back as the answer. */
import { type Client, Events } from 'discord.js'
import type { Easel } from '../../app/easel.ts'
import type { Config } from '../../config.ts'
import type { Clock, Ids, Logger } from '../../ports.ts'
import type { DiscordCourier } from './deliver.ts'

export interface ReceiveParts {
  easel: Easel
  config: Config
  clock: Clock
  ids: Ids
  log: Logger
  courier: DiscordCourier
}

/** `idle` resolves when nothing that came in is still being dealt with. */
export interface Receiver {
  idle(): Promise<void>
}

export function receive(client: Client, { log }: ReceiveParts): Receiver {
  client.on(Events.InteractionCreate, ({ id }) => log.debug({ id }, 'an interaction'))
  return { idle: async () => {} }
}
