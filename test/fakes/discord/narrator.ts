/** Tells what became visible in the fake Discord since it was last asked: messages new, edited and gone, and forms. */
import type { Interaction, Interactions } from './interactions.ts'
import { labelOf, modalInputs } from './limits/modals.ts'
import { messageLines } from './transcript.ts'
import type { Channel, Message, World } from './world.ts'

export class Narrator {
  readonly #world: World
  readonly #interactions: Interactions
  readonly #told = new Map<string, string>()

  constructor(world: World, interactions: Interactions) {
    this.#world = world
    this.#interactions = interactions
  }

  /** One paragraph per thing that changed, in the order in which people would come upon them. */
  news(): string[] {
    return [
      ...[...this.#world.messages.values()].flatMap(message =>
        this.#changed(message.id, message.deleted ? '' : this.#messageText(message)),
      ),
      ...this.#interactions.all.flatMap(each => this.#changed(`form ${each.id}`, this.#formText(each))),
    ]
  }

  /** What is gone is told as the place where it was. */
  #changed(id: string, now: string): string[] {
    const before = this.#told.get(id) ?? ''
    if (now === before) return []
    this.#told.set(id, now)
    return now === '' ? [`${before.split('\n').slice(0, 3).join('\n')}\n… gone`] : [now]
  }

  #messageText(message: Message): string {
    return [`[${this.#placeOf(message.channel)}]`, ...messageLines(this.#world, message)].join('\n')
  }

  #placeOf(channel: Channel): string {
    const parent = this.#world.parentOf(channel)
    if (parent !== undefined) return `${this.#placeOf(parent)} › ${channel.name}`
    if (channel.type === 1) return `direct messages with ${channel.name}`
    return channel.type === 3 ? `group of ${channel.name}` : `#${channel.name}`
  }

  #formText(interaction: Interaction): string {
    const modal = this.#interactions.modalOf(interaction)
    if (modal === undefined) return ''
    const fields = modalInputs(modal).map(input => {
      const value = 'value' in input && input.value !== undefined ? ` ${input.value}` : ''
      return `  ${labelOf(modal, input)}:${value}`
    })
    return [`[form of ${interaction.user.displayName}: ${modal.title}]`, ...fields].join('\n')
  }
}
