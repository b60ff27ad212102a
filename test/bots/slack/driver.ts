/** The adapter suite's people at the fake Slack. */
import { type ButtonTarget, decodeButtonId, encodeButtonId } from '../../../src/bots/messages/buttons.ts'
import type { SlackAdapter } from '../../../src/bots/slack/slack-adapter.ts'
import type { AdapterDriver, DrivenPerson, SeenMessage, World } from '../../conformance/adapter-driver.ts'
import { buttonsOf, type FakeBlock } from '../../fakes/slack/blocks/block-kit.ts'
import type { FakeSlack } from '../../fakes/slack/fake-slack.ts'
import type { Person } from '../../fakes/slack/person.ts'
import { readPost } from '../../fakes/slack/reading.ts'
import type { Post } from '../../fakes/slack/world.ts'
import { stopAdapter } from '../../helpers/stop-adapter.ts'
import { type Scene, scene, startAdapter } from './start-slack.ts'

class SlackDrivenPerson implements DrivenPerson {
  readonly #scene: Scene
  readonly #person: Person
  /** What forms said beside their fields. */
  readonly #formErrors: string[] = []
  readonly #triggers = new Map<string, string>()

  readonly #settled: () => Promise<void>

  constructor(scene: Scene, person: Person, settled: () => Promise<void>) {
    this.#scene = scene
    this.#person = person
    this.#settled = settled
  }

  async imagines(text: string, options: { eventId?: string } = {}): Promise<void> {
    const { channel } = this.#scene
    this.#takesTime()
    await this.#person.types('/imagine', text, { channelId: channel.id }, this.#trigger(options.eventId))
    // With nothing typed a form opens; sent as it is, it says what is missing.
    if (text === '') await this.#submits({ Prompt: ' ' })
    await this.#settled()
  }

  async confirms(): Promise<void> {
    const question = this.#scene.slack.ephemeralMessages(this.#person).at(-1)
    if (question === undefined) throw new Error('there is nothing to confirm')
    const [yes] = buttonsOf(question.blocks)
    if (yes === undefined) throw new Error('there is no button to confirm with')
    await this.#person.presses(question, yes.button.text.text)
    await this.#settled()
  }

  async presses(button: ButtonTarget, options: { eventId?: string } = {}): Promise<void> {
    const id = encodeButtonId(button)
    this.#takesTime()
    await this.#person.pressesRaw(
      this.#postWith(id),
      { action_id: id, value: id },
      this.#trigger(options.eventId),
    )
    await this.#settled()
  }

  async remixes(pictureId: string, prompt: string): Promise<void> {
    await this.presses({ action: 'remix', targetId: pictureId })
    await this.#submits({ Prompt: prompt })
  }

  async asks(command: string): Promise<void> {
    await this.#person.types('/easel', command, { channelId: this.#scene.channel.id })
    await this.#settled()
  }

  async sees(): Promise<SeenMessage[]> {
    const { slack, channel } = this.#scene
    const posts = slack.world.posts.filter(
      post => post.channelId === channel.id && post.onlyFor === undefined && !post.deleted,
    )
    return mergedPictures(posts.map(post => seen(slack, post)))
  }

  async told(): Promise<string[]> {
    const { slack } = this.#scene
    const ephemeralMessages = slack
      .ephemeralMessages(this.#person)
      .map(post => readPost(slack.world, post).lines.join('\n'))
    return [...ephemeralMessages, ...this.#formErrors]
  }

  async #submits(values: Record<string, string>): Promise<void> {
    const answer = await this.#person.submits(this.#person.modal, values)
    await this.#settled()
    if (answer.kind === 'errors') this.#formErrors.push(...Object.values(answer.errors))
  }

  /** Nobody acts faster, and Slack lets about one message a second into a channel. */
  #takesTime(): void {
    this.#scene.slack.clock.advance(2000)
  }

  /** The message with that button, or the last one: what a person of ill will would press on. */
  #postWith(id: string): Post {
    const { slack, channel } = this.#scene
    const posts = slack.world.posts.filter(post => post.channelId === channel.id && !post.deleted)
    const post = posts.findLast(({ blocks }) =>
      buttonsOf(blocks).some(({ button }) => button.action_id === id),
    )
    const last = post ?? posts.at(-1)
    if (last === undefined) throw new Error('there is no message to press on')
    return last
  }

  #trigger(eventId: string | undefined): string | undefined {
    if (eventId === undefined) return undefined
    const known = this.#triggers.get(eventId) ?? this.#scene.slack.interactions.trigger(this.#person.member)
    this.#triggers.set(eventId, known)
    return known
  }
}

function seen(slack: FakeSlack, post: Post): SeenMessage {
  const inBlocks = post.blocks.filter(
    (block): block is Extract<FakeBlock, { type: 'image' }> => block.type === 'image',
  )
  const files = post.fileIds.map(id => slack.world.files.get(id)?.altText ?? '')
  return {
    text: readPost(slack.world, post).lines.join('\n'),
    pictures: [...inBlocks.map(image => image.alt_text), ...files],
    buttons: buttonsOf(post.blocks).flatMap(({ button }) => {
      const target = decodeButtonId(button.value ?? '')
      return target === undefined ? [] : [{ ...target, label: button.text.text }]
    }),
  }
}

/** A message of pictures alone belongs to the one below it, which has the words and the buttons. */
function mergedPictures(messages: SeenMessage[]): SeenMessage[] {
  const merged: SeenMessage[] = []
  let above: string[] = []
  for (const message of messages) {
    if (message.pictures.length > 0 && message.buttons.length === 0) {
      above = message.pictures
      continue
    }
    merged.push({ ...message, pictures: [...above, ...message.pictures] })
    above = []
  }
  return merged
}

/** `acceptsUnsharedFiles`: which of the two ways in which Slack is known to treat files. */
export async function startSlackDriver(
  world: World,
  options: { acceptsUnsharedFiles: boolean },
): Promise<AdapterDriver> {
  const stage = await scene(world.clock)
  stage.slack.faults.acceptsUnsharedFiles = options.acceptsUnsharedFiles
  let adapter: SlackAdapter = await startAdapter(stage, world)
  return {
    get adapter() {
      return adapter
    },
    ada: new SlackDrivenPerson(stage, stage.ada, () => adapter.idle()),
    bob: new SlackDrivenPerson(stage, stage.bob, () => adapter.idle()),
    async restart() {
      await stopAdapter(adapter, world.clock)
      adapter = await startAdapter(stage, world)
    },
    async stop() {
      await stopAdapter(adapter, world.clock)
      await stage.slack.stop()
    },
    async harm() {
      const { pings, links } = stage.slack.provoked()
      return [...pings, ...links]
    },
  }
}
