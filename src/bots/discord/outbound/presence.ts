/** The bot's presence: the default model and the number of waiting jobs, updated at intervals. */
import { ActivityType } from 'discord.js'
import { wordsFor } from '../../../words/locale.ts'
import type { AdapterParts } from '../../adapter.ts'
import type { Connection } from '../transport/connection.ts'

/** Discord accepts five presence updates in 20 s, on the connection that all other events use. */
const intervalMs = 15_000

export class BotStatus {
  readonly #connection: Pick<Connection, 'client'>
  readonly #parts: AdapterParts
  #shown = ''
  #isDue = false
  #stopTimer = () => {}
  #stopWatching = () => {}

  constructor(connection: Pick<Connection, 'client'>, parts: AdapterParts) {
    this.#connection = connection
    this.#parts = parts
  }

  /** Starts when a client has become ready. */
  start(): void {
    this.stop()
    this.#shown = ''
    this.#isDue = false
    this.#stopWatching = this.#parts.easel.watchQueueLength(() => this.#scheduleShow())
    this.#show()
  }

  stop(): void {
    this.#stopWatching()
    this.#stopTimer()
  }

  #scheduleShow(): void {
    if (this.#isDue) return
    this.#isDue = true
    this.#stopTimer = this.#parts.clock.after(intervalMs, () => {
      this.#isDue = false
      this.#show()
    })
  }

  #show(): void {
    const { easel, config } = this.#parts
    const model = easel.models().find(({ isDefault }) => isDefault)?.name ?? config.defaultModel
    const { waiting } = easel.queueLength()
    const state = wordsFor(config.language).discord.presence(model, waiting)
    if (state === this.#shown) return
    this.#shown = state
    this.#connection.client?.user.setPresence({
      activities: [{ name: 'Easel', type: ActivityType.Custom, state }],
    })
  }
}
