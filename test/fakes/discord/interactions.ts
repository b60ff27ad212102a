/** What people did that the app has to answer, with Discord's two clocks: 3 s for the first answer, 15 min for the token. */
import type { Clock } from '../../../src/system/ports.ts'
import type { AutocompleteChoice, Callback } from './limits/callbacks.ts'
import type { Modal } from './limits/modals.ts'
import { refuse } from './transport/refusal.ts'
import type { Channel, Message, User, World } from './world.ts'

const firstAnswerMs = 3000
const tokenMs = 15 * 60_000
/** Follow-ups where the app is there for one user only (interactions/receiving-and-responding). */
const followUpsOfUserInstall = 5

export type InteractionKind = 'command' | 'autocomplete' | 'component' | 'modal'

export interface Interaction {
  id: string
  token: string
  kind: InteractionKind
  user: User
  channel: Channel
  createdAt: number
  /** `/imagine`, shown above a public answer. */
  commandUsed?: string
  /** The message whose button was pressed; for a modal, the one whose button opened it. */
  source?: Message
  /** What the gateway sent. */
  event?: object
  answer?: Callback
  answeredAfterMs?: number
  /** What `@original` stands for. */
  original?: Message
  followUps: Message[]
}

export class Interactions {
  readonly #world: World
  readonly #clock: Clock
  readonly all: Interaction[] = []

  constructor(world: World) {
    this.#world = world
    this.#clock = world.clock
  }

  add(given: Pick<Interaction, 'kind' | 'user' | 'channel' | 'commandUsed' | 'source'>): Interaction {
    const id = this.#world.ids.next()
    const interaction: Interaction = {
      ...given,
      id,
      token: `token-of-${id}`,
      createdAt: this.#clock.now(),
      followUps: [],
    }
    this.all.push(interaction)
    return interaction
  }

  /** Says whether the person has seen "The application did not respond". */
  failed(interaction: Interaction): boolean {
    return !interaction.answer && this.#clock.now() - interaction.createdAt > firstAnswerMs
  }

  /** Takes the first answer. Throws 10062 when it is too late or nobody asked, 40060 when it is the second. */
  accept(id: string, token: string, answer: Callback): Interaction {
    const interaction = this.all.find(each => each.id === id && each.token === token)
    if (!interaction || this.failed(interaction)) throw refuse.unknownInteraction()
    if (interaction.answer) throw refuse.alreadyAcknowledged()
    checkFits(interaction, answer)
    interaction.answer = answer
    interaction.answeredAfterMs = this.#clock.now() - interaction.createdAt
    return interaction
  }

  /** The interaction behind a webhook's token, while it lives; its token works only after a first answer. */
  byToken(token: string): Interaction {
    const interaction = this.all.find(each => each.token === token)
    if (!interaction?.answer || interaction.answer.type === 8) throw refuse.unknownWebhook()
    if (this.#clock.now() - interaction.createdAt > tokenMs) throw refuse.tokenExpired()
    return interaction
  }

  mayFollowUp(interaction: Interaction): void {
    const isUserInstall = interaction.channel.guild !== undefined && !interaction.channel.guild.botIsMember
    if (isUserInstall && interaction.followUps.length >= followUpsOfUserInstall)
      throw refuse.missingPermissions()
  }

  choicesOf(interaction: Interaction): AutocompleteChoice[] | undefined {
    return interaction.answer?.type === 8 ? interaction.answer.data.choices : undefined
  }

  modalOf(interaction: Interaction): Modal | undefined {
    return interaction.answer?.type === 9 ? interaction.answer.data : undefined
  }
}

/** Which kind of answer fits which kind of question. */
function checkFits(interaction: Interaction, answer: Callback): void {
  const isUpdate = answer.type === 6 || answer.type === 7
  const fits =
    interaction.kind === 'autocomplete'
      ? answer.type === 8
      : answer.type !== 8 &&
        !(isUpdate && interaction.source === undefined) &&
        !(isUpdate && interaction.kind === 'command') &&
        !(answer.type === 9 && interaction.kind === 'modal')
  if (!fits)
    throw refuse.invalidForm([
      {
        path: ['type'],
        code: 'INTERACTION_RESPONSE_TYPE_INVALID',
        message: `Type ${answer.type} does not answer a ${interaction.kind}.`,
      },
    ])
}
