/** A person at a Slack client: types, presses, fills in modals, mentions, opens the app's home. */
import type { Clock } from '../../../src/ports.ts'
import { buttonsOf, checkView, type FakeBlock, type FakeInput, type FakeViewContent } from './block-kit.ts'
import type { FakeSlack } from './fake-slack.ts'
import { fileJson } from './methods/files.ts'
import { replaceContent, viewJson } from './methods/views.ts'
import { type ModalAnswer, modalAnswer } from './modal-answer.ts'
import type { Delivered } from './transport.ts'
import { typedText } from './visible-text.ts'
import type { Channel, Member, OpenView, Post, StoredFile } from './world.ts'

export interface GivenFile {
  name: string
  bytes: Uint8Array
}
export type FieldValue = string | string[] | GivenFile

/** Where a person is: a channel, and there maybe in a thread. */
export interface Place {
  channelId: string
  threadTs?: string
}

export class Person {
  readonly member: Member
  readonly #slack: FakeSlack<Clock>

  constructor(slack: FakeSlack<Clock>, member: Member) {
    this.#slack = slack
    this.member = member
  }

  get id(): string {
    return this.member.id
  }

  get #teamJson() {
    const team = this.#slack.world.team(this.member.teamId)
    return {
      id: team.id,
      domain: team.name,
      ...(team.enterpriseId === undefined
        ? {}
        : { enterprise_id: team.enterpriseId, enterprise_name: 'Org' }),
    }
  }

  get #common() {
    const team = this.#slack.world.team(this.member.teamId)
    return {
      api_app_id: 'A00000001',
      token: 'verification-token',
      team: this.#teamJson,
      user: { id: this.member.id, username: this.member.name, name: this.member.name, team_id: team.id },
      enterprise: team.enterpriseId === undefined ? null : { id: team.enterpriseId, name: 'Org' },
      is_enterprise_install: team.orgWide,
    }
  }

  /** Their direct messages with the bot. */
  get direct(): Channel {
    return this.#slack.world.directChannel(this.member)
  }

  /**
   * A slash command in the main box of a channel: custom ones do not work in threads. A trigger id that was used
   * before is the same command delivered again.
   */
  async types(command: string, text: string, place: Place, triggerId?: string): Promise<Delivered> {
    if (place.threadTs !== undefined) throw new Error(`${command} is not supported in threads. Sorry!`)
    const channel = this.#slack.world.channel(place.channelId)
    const team = this.#slack.world.team(this.member.teamId)
    const target = { memberId: this.member.id, channelId: channel.id }
    const delivered = await this.#slack.deliver({
      type: 'slash_commands',
      acceptsResponse: true,
      payload: {
        token: 'verification-token',
        team_id: team.id,
        team_domain: team.name,
        ...(team.enterpriseId === undefined
          ? {}
          : { enterprise_id: team.enterpriseId, enterprise_name: 'Org' }),
        channel_id: channel.id,
        channel_name: channel.kind === 'im' ? 'directmessage' : channel.name,
        user_id: this.member.id,
        user_name: this.member.name,
        command,
        text: typedText(text),
        api_app_id: 'A00000001',
        is_enterprise_install: String(team.orgWide),
        response_url: this.#slack.responseUrl(target),
        trigger_id: triggerId ?? this.#slack.interactions.trigger(this.member),
      },
    })
    this.#slack.showAnswer(delivered, target)
    return delivered
  }

  /** Presses the button with this label (and, where labels repeat, this place among them). */
  async presses(post: Post, label: string, nth = 0): Promise<Delivered> {
    const found = buttonsOf(post.blocks).filter(({ button }) => button.text.text === label)[nth]
    if (found === undefined)
      throw new Error(`no button “${label}” on ${JSON.stringify(this.#labels(post.blocks))}`)
    return this.pressesRaw(post, { ...found.button, block_id: found.blockId })
  }

  /** A press with a payload of the tester's making: what a forged or an old message would send. */
  pressesRaw(
    post: Post,
    action: { action_id: string; value?: string | undefined; block_id?: string; text?: unknown },
    triggerId = this.#slack.interactions.trigger(this.member),
  ): Promise<Delivered> {
    const channel = this.#slack.world.channel(post.channelId)
    return this.#slack.deliver({
      type: 'interactive',
      acceptsResponse: false,
      payload: {
        type: 'block_actions',
        ...this.#common,
        container: {
          type: 'message',
          message_ts: post.ts,
          channel_id: channel.id,
          is_ephemeral: post.onlyFor !== undefined,
          ...(post.threadTs === undefined ? {} : { thread_ts: post.threadTs }),
        },
        channel: { id: channel.id, name: channel.kind === 'im' ? 'directmessage' : channel.name },
        message: this.#messageJson(post),
        state: { values: {} },
        response_url: this.#slack.responseUrl({
          memberId: this.member.id,
          channelId: channel.id,
          threadTs: post.threadTs,
          originalTs: post.ts,
        }),
        trigger_id: triggerId,
        actions: [{ type: 'button', block_id: 'b', ...action, action_ts: this.#slack.world.nextTs() }],
      },
    })
  }

  /** Presses a button in a modal or in the app's home. */
  async pressesIn(
    view: OpenView,
    label: string,
    values: Record<string, FieldValue> = {},
  ): Promise<Delivered> {
    const found = buttonsOf(view.content.blocks).find(({ button }) => button.text.text === label)
    if (found === undefined)
      throw new Error(`no button “${label}” in ${JSON.stringify(this.#labels(view.content.blocks))}`)
    return this.#slack.deliver({
      type: 'interactive',
      acceptsResponse: false,
      payload: {
        type: 'block_actions',
        ...this.#common,
        container: { type: 'view', view_id: view.id },
        view: { ...viewJson(view), state: { values: this.#state(view.content, values) } },
        trigger_id: this.#slack.interactions.trigger(this.member),
        actions: [{ ...found.button, block_id: found.blockId, action_ts: this.#slack.world.nextTs() }],
      },
    })
  }

  /** The modal that is open in front of this person. */
  get modal(): OpenView {
    const open = [...this.#slack.world.views.values()].filter(
      view => view.userId === this.member.id && !view.closed,
    )
    const top = open.at(-1)
    if (top === undefined) throw new Error(`${this.member.name} sees no modal`)
    return top
  }

  get seesModal(): boolean {
    return [...this.#slack.world.views.values()].some(view => view.userId === this.member.id && !view.closed)
  }

  /** Fills fields by their labels and submits; fields that are not named keep what they show. */
  async submits(view: OpenView, values: Record<string, FieldValue>): Promise<ModalAnswer> {
    const state = this.#state(view.content, values)
    const delivered = await this.#slack.deliver({
      type: 'interactive',
      acceptsResponse: true,
      payload: {
        type: 'view_submission',
        ...this.#common,
        trigger_id: this.#slack.interactions.trigger(this.member),
        view: { ...viewJson(view), state: { values: state } },
        response_urls: [],
      },
    })
    const answer = modalAnswer(delivered)
    if (answer.kind === 'closed') view.closed = true
    if (answer.kind === 'errors')
      for (const id of Object.keys(answer.errors))
        if (!view.content.blocks.some(block => block.type === 'input' && block.block_id === id))
          throw new Error(`an error beside “${id}”, which is no field of the form`)
    if (answer.kind === 'updated') {
      const checked = checkView(answer.view)
      if (checked.kind === 'bad') throw new Error(`bad view in an answer: ${checked.messages.join('; ')}`)
      replaceContent(view, checked.value, this.#slack.world.id('H'))
    }
    return answer
  }

  /** A shortcut from the menu of a message. */
  usesShortcut(callbackId: string, post: Post): Promise<Delivered> {
    const channel = this.#slack.world.channel(post.channelId)
    return this.#slack.deliver({
      type: 'interactive',
      acceptsResponse: false,
      payload: {
        type: 'message_action',
        ...this.#common,
        action_ts: this.#slack.world.nextTs(),
        channel: { id: channel.id, name: channel.kind === 'im' ? 'directmessage' : channel.name },
        callback_id: callbackId,
        trigger_id: this.#slack.interactions.trigger(this.member),
        response_url: this.#slack.responseUrl({
          memberId: this.member.id,
          channelId: channel.id,
          threadTs: post.threadTs,
        }),
        message_ts: post.ts,
        message: this.#messageJson(post),
      },
    })
  }

  /** Writes a message, with files where they are given; nobody but the channel sees it. */
  writes(text: string, place: Place, files: GivenFile[] = []): Post {
    return this.#sends(typedText(text), place, files)
  }

  #sends(text: string, place: Place, files: GivenFile[]): Post {
    const { world } = this.#slack
    const stored = files.map(file => this.#keeps(file))
    const post: Post = {
      ts: world.nextTs(),
      channelId: place.channelId,
      ...(place.threadTs === undefined ? {} : { threadTs: place.threadTs }),
      authorId: this.member.id,
      text,
      parsesText: true,
      blocks: [],
      fileIds: stored.map(file => file.id),
      editCount: 0,
      deleted: false,
    }
    world.posts.push(post)
    for (const file of stored) file.shares.push({ channelId: place.channelId, ts: post.ts })
    return post
  }

  /** Mentions the app: the only way to speak to it from inside a thread. */
  async mentions(text: string, place: Place, files: GivenFile[] = []): Promise<Delivered> {
    const botUserId = this.#slack.world.team(this.member.teamId).botUserId
    const post = this.#sends(`<@${botUserId}> ${typedText(text)}`, place, files)
    return this.#slack.event(this.member.teamId, {
      ...this.#messageJson(post),
      type: 'app_mention',
      channel: place.channelId,
      event_ts: post.ts,
    })
  }

  /** Writes to the app in their direct messages. */
  async says(text: string, files: GivenFile[] = []): Promise<Delivered> {
    const place = { channelId: this.direct.id }
    const post = this.writes(text, place, files)
    return this.#slack.event(this.member.teamId, {
      ...this.#messageJson(post),
      channel: place.channelId,
      channel_type: 'im',
      event_ts: post.ts,
    })
  }

  /** Opens the app's home tab and sees what is published there. */
  async opensHome(): Promise<Delivered> {
    const view = this.home
    return this.#slack.event(this.member.teamId, {
      type: 'app_home_opened',
      user: this.member.id,
      channel: this.direct.id,
      tab: 'home',
      event_ts: this.#slack.world.nextTs(),
      ...(view === undefined ? {} : { view: viewJson(view) }),
    })
  }

  get home(): OpenView | undefined {
    return this.#slack.world.homes.get(this.member.id)
  }

  #labels(blocks: FakeBlock[]): string[] {
    return buttonsOf(blocks).map(({ button }) => button.text.text)
  }

  #messageJson(post: Post) {
    const { world } = this.#slack
    return {
      type: 'message',
      user: post.authorId,
      text: post.text,
      ts: post.ts,
      team: this.member.teamId,
      ...(post.blocks.length > 0 ? { blocks: post.blocks } : {}),
      ...(post.threadTs === undefined ? {} : { thread_ts: post.threadTs }),
      ...(post.fileIds.length > 0
        ? {
            files: post.fileIds.flatMap(id => {
              const file = world.files.get(id)
              return file === undefined ? [] : [fileJson(file, { world, baseUrl: this.#slack.baseUrl })]
            }),
          }
        : {}),
    }
  }

  #keeps(given: GivenFile): StoredFile {
    const { world } = this.#slack
    const ending = given.name.split('.').at(-1)?.toLowerCase() ?? ''
    const file: StoredFile = {
      id: world.id('F'),
      teamId: this.member.teamId,
      ownerId: this.member.id,
      name: given.name,
      title: given.name,
      altText: '',
      lengthBytes: given.bytes.length,
      bytes: given.bytes,
      mediaType: ending === 'jpg' ? 'image/jpeg' : `image/${ending}`,
      state: 'complete',
      processedAtMs: world.clock.monotonicMs(),
      shares: [],
    }
    world.files.set(file.id, file)
    return file
  }

  /** `view.state.values` as Slack sends it: block id → action id → value. Refuses what no client would let pass. */
  #state(content: FakeViewContent, values: Record<string, FieldValue>): Record<string, unknown> {
    const inputs = content.blocks.filter((block): block is FakeInput => block.type === 'input')
    for (const label of Object.keys(values))
      if (!inputs.some(input => input.label.text === label))
        throw new Error(`no field “${label}” among ${inputs.map(input => input.label.text).join(', ')}`)
    const state: Record<string, unknown> = {}
    for (const [index, input] of inputs.entries()) {
      const value = this.#value(input, values[input.label.text])
      state[input.block_id ?? `i${index}`] = { [input.element.action_id]: value }
    }
    return state
  }

  #value(input: FakeInput, given: FieldValue | undefined): Record<string, unknown> {
    const { element } = input
    const type = element.type
    if (element.type === 'plain_text_input' || element.type === 'number_input') {
      const text = given ?? element.initial_value ?? ''
      if (typeof text !== 'string') throw new Error(`${input.label.text} takes text`)
      if (text === '' && input.optional !== true) throw new Error(`${input.label.text} must be filled in`)
      if (element.type === 'plain_text_input' && text.length > (element.max_length ?? 3000))
        throw new Error(`${input.label.text} is too long for its field`)
      return { type, value: text === '' ? null : text }
    }
    if (element.type === 'file_input') {
      if (given === undefined) return { type, files: [] }
      if (typeof given === 'string' || Array.isArray(given))
        throw new Error(`${input.label.text} takes a file`)
      return {
        type,
        files: [fileJson(this.#keeps(given), { world: this.#slack.world, baseUrl: this.#slack.baseUrl })],
      }
    }
    const chosen = given === undefined ? undefined : Array.isArray(given) ? given : [given]
    const options = chosen?.map(label => {
      const option = element.options.find(candidate => candidate.text.text === label)
      if (option === undefined) throw new Error(`no option “${String(label)}” in ${input.label.text}`)
      return option
    })
    if (element.type === 'checkboxes')
      return { type, selected_options: options ?? element.initial_options ?? [] }
    return { type, selected_option: options?.[0] ?? element.initial_option ?? null }
  }
}
