/** The adapter suite's people at the fake Discord. */

import type { DiscordAdapter } from '../../../src/bots/discord/discord-adapter.ts'
import { parseCustomId } from '../../../src/bots/discord/outbound/render/custom-id.ts'
import { type ButtonTarget, encodeButtonId } from '../../../src/bots/messages/buttons.ts'
import { en } from '../../../src/words/en.ts'
import type { AdapterDriver, DrivenPerson, SeenMessage, World } from '../../conformance/adapter-driver.ts'
import type { FakeDiscord } from '../../fakes/discord/fake-discord.ts'
import type { Interaction } from '../../fakes/discord/interactions.ts'
import type { Person } from '../../fakes/discord/people.ts'
import { buttonsOf } from '../../fakes/discord/rules/client-rules.ts'
import type { Message } from '../../fakes/discord/world.ts'
import { stopAdapter } from '../../helpers/stop-adapter.ts'
import { type Scene, scene, startAdapter } from './start-discord.ts'

class DiscordDrivenPerson implements DrivenPerson {
  readonly #scene: Scene
  readonly #person: Person
  readonly #settled: () => Promise<void>
  readonly #events = new Map<string, Interaction>()

  constructor(scene: Scene, person: Person, settled: () => Promise<void>) {
    this.#scene = scene
    this.#person = person
    this.#settled = settled
  }

  async imagines(text: string, options: { eventId?: string } = {}): Promise<void> {
    // Discord's client lets nobody send nothing; another client might.
    await this.#acts(options.eventId, () =>
      this.#person.types(this.#scene.channel, '/imagine', { prompt: text }, { forged: text === '' }),
    )
  }

  async confirms(): Promise<void> {
    const question = this.#ephemeralMessages().findLast(message => buttonsOf(message).length > 0)
    const [yes] = question === undefined ? [] : buttonsOf(question)
    if (question === undefined || yes?.label === undefined) throw new Error('there is nothing to confirm')
    const { label } = yes
    await this.#acts(undefined, async () => this.#person.presses(question, label))
  }

  async presses(button: ButtonTarget, options: { eventId?: string } = {}): Promise<void> {
    await this.#acts(options.eventId, async () => this.#press(button))
  }

  async remixes(pictureId: string, prompt: string): Promise<void> {
    const opened = this.#press({ action: 'remix', targetId: pictureId })
    await this.#acts(undefined, () => this.#person.submits(opened, { [en.chat.form.prompt]: prompt }))
  }

  async asks(command: string): Promise<void> {
    await this.#acts(undefined, () => this.#person.types(this.#scene.channel, `/${command}`))
  }

  async sees(): Promise<SeenMessage[]> {
    const { discord, channel } = this.#scene
    return [...discord.world.messages.values()]
      .filter(message => !message.deleted && message.ephemeralTo === undefined)
      .filter(({ channel: at }) => at === channel || at.parentId === channel.id)
      .map(message => seen(discord, message))
  }

  async told(): Promise<string[]> {
    return this.#ephemeralMessages().map(message => this.#scene.discord.seen(message))
  }

  #ephemeralMessages(): Message[] {
    return [...this.#scene.discord.world.messages.values()].filter(
      message => message.ephemeralTo === this.#person.user && !message.deleted,
    )
  }

  /** On the message with that button, or on the last one: what a person of ill will would press on. */
  #press(button: ButtonTarget): Interaction {
    const id = encodeButtonId(button)
    const messages = [...this.#scene.discord.world.messages.values()].filter(
      message => !message.deleted && message.ephemeralTo === undefined,
    )
    const message =
      messages.findLast(each => buttonsOf(each).some(({ custom_id }) => custom_id === id)) ?? messages.at(-1)
    if (message === undefined) throw new Error('there is no message to press on')
    return this.#person.pressesForged(message, id)
  }

  /** With an event id that was used before, the gateway delivers that event once more. */
  async #acts(eventId: string | undefined, act: () => Promise<Interaction>): Promise<void> {
    const { discord } = this.#scene
    const before = eventId === undefined ? undefined : this.#events.get(eventId)
    if (before === undefined) {
      const interaction = await act()
      if (eventId !== undefined) this.#events.set(eventId, interaction)
      await discord.until('a first answer', () => interaction.answer !== undefined)
    } else {
      this.#person.redelivers(before)
      // Events come in order: once a later one is answered, this one is being dealt with.
      const later = await this.#person.completes(this.#scene.channel, '/imagine', 'model', '')
      if (later.length === 0) throw new Error('there is no model')
    }
    await this.#settled()
  }
}

function seen(discord: FakeDiscord, message: Message): SeenMessage {
  return {
    text: discord.seen(message),
    pictures: message.attachments.map(({ description = '' }) => description),
    buttons: buttonsOf(message).flatMap(({ custom_id: customId = '', label = '' }) => {
      const id = parseCustomId(customId)
      return id?.kind === 'button' ? [{ ...id.target, label }] : []
    }),
  }
}

export async function startDiscordDriver(world: World): Promise<AdapterDriver> {
  // Rate limits would only make the suite slow here: Easel's own queue, which waits for them, is not part of it.
  const stage = await scene(world.clock, { windowScale: 0.0001 })
  let adapter: DiscordAdapter = await startAdapter(stage, world)
  return {
    get adapter() {
      return adapter
    },
    ada: new DiscordDrivenPerson(stage, stage.ada, () => adapter.idle()),
    bob: new DiscordDrivenPerson(stage, stage.bob, () => adapter.idle()),
    async restart() {
      await stopAdapter(adapter, world.clock)
      adapter = await startAdapter(stage, world)
    },
    async stop() {
      await stopAdapter(adapter, world.clock)
      await stage.discord.stop()
    },
    async harm() {
      const { world: seenWorld, links, mentions } = stage.discord
      return [...seenWorld.pings, ...links, ...mentions]
    },
  }
}
