/** A person at a Slack client: types, presses, fills in modals, mentions, opens the app's home. */
import type { Clock } from '../../../src/system/ports.ts'
import { buttonsOf, labelsOf, selectsOf } from './blocks/block-elements.ts'
import { answerModal, type ModalAnswer } from './blocks/modal-answer.ts'
import { type FieldValue, stateOf } from './blocks/modal-state.ts'
import { typedText } from './blocks/visible-text.ts'
import { showAnswer } from './command-answer.ts'
import type { FakeSlack } from './fake-slack.ts'
import { type GivenFile, keepFile } from './given-files.ts'
import { viewJson } from './methods/views.ts'
import { changedEvent, commandJson, commonJson, mentionEvent, messageJson, shownName } from './payloads.ts'
import type { Delivered } from './transport/transport.ts'
import type { Channel, Member, OpenView, Post } from './world.ts'

export type { GivenFile } from './given-files.ts'

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
    const channel = this.#checkIsThere(place.channelId)
    const target = { memberId: this.member.id, channelId: channel.id }
    const delivered = await this.#slack.deliver({
      type: 'slash_commands',
      acceptsResponse: true,
      payload: {
        ...commandJson(this.member, this.#slack, channel),
        command,
        text: typedText(text),
        response_url: this.#slack.responseUrl(target),
        trigger_id: triggerId ?? this.#slack.interactions.trigger(this.member),
      },
    })
    showAnswer(this.#slack.interactions, delivered, target)
    return delivered
  }

  /** Presses the button with this label (and, where labels repeat, this place among them). */
  async presses(post: Post, label: string, nth = 0): Promise<Delivered> {
    const found = buttonsOf(post.blocks).filter(({ button }) => button.text.text === label)[nth]
    if (found === undefined)
      throw new Error(`no button “${label}” on ${JSON.stringify(labelsOf(post.blocks))}`)
    return this.pressesRaw(post, { ...found.button, block_id: found.blockId })
  }

  /** Chooses the option with this label in a select or a menu of the message. */
  async chooses(post: Post, label: string): Promise<Delivered> {
    for (const { select, blockId } of selectsOf(post.blocks)) {
      const option = select.options.find(each => each.text.text === label)
      if (option === undefined) continue
      const { type, action_id: actionId } = select
      return this.pressesRaw(post, { type, action_id: actionId, block_id: blockId, selected_option: option })
    }
    throw new Error(`no option “${label}” in that message`)
  }

  /** A press with a payload of the tester's making: what a forged or an old message would send. */
  pressesRaw(
    post: Post,
    action: { action_id: string; value?: string | undefined; block_id?: string } & Record<string, unknown>,
    triggerId = this.#slack.interactions.trigger(this.member),
  ): Promise<Delivered> {
    const channel = this.#checkIsThere(post.channelId)
    return this.#slack.deliver({
      type: 'interactive',
      acceptsResponse: false,
      payload: {
        type: 'block_actions',
        ...commonJson(this.member, this.#slack, channel.teamId),
        container: {
          type: 'message',
          message_ts: post.ts,
          channel_id: channel.id,
          is_ephemeral: post.onlyFor !== undefined,
          ...(post.threadTs === undefined ? {} : { thread_ts: post.threadTs }),
        },
        channel: { id: channel.id, name: shownName(channel) },
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
      throw new Error(`no button “${label}” in ${JSON.stringify(labelsOf(view.content.blocks))}`)
    return this.#slack.deliver({
      type: 'interactive',
      acceptsResponse: false,
      payload: {
        type: 'block_actions',
        ...commonJson(this.member, this.#slack),
        container: { type: 'view', view_id: view.id },
        view: {
          ...viewJson(view),
          state: { values: stateOf(view.content, values, this.member, this.#slack) },
        },
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
    const state = stateOf(view.content, values, this.member, this.#slack)
    const delivered = await this.#slack.deliver({
      type: 'interactive',
      acceptsResponse: true,
      payload: {
        type: 'view_submission',
        ...commonJson(this.member, this.#slack),
        trigger_id: this.#slack.interactions.trigger(this.member),
        view: { ...viewJson(view), state: { values: state } },
        response_urls: [],
      },
    })
    return answerModal(view, delivered, this.#slack.world)
  }

  /** A shortcut from the menu of a message. */
  usesShortcut(callbackId: string, post: Post): Promise<Delivered> {
    const channel = this.#checkIsThere(post.channelId)
    return this.#slack.deliver({
      type: 'interactive',
      acceptsResponse: false,
      payload: {
        type: 'message_action',
        ...commonJson(this.member, this.#slack, channel.teamId),
        action_ts: this.#slack.world.nextTs(),
        channel: { id: channel.id, name: shownName(channel) },
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
    this.#checkIsThere(place.channelId)
    const stored = files.map(file => keepFile(world, this.member, file))
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
    const { botUserId } = this.#slack.world.team(this.member.teamId)
    const post = this.#sends(`<@${botUserId}> ${typedText(text)}`, place, files)
    return this.#mentioned(post)
  }

  /** Only where the app is: elsewhere Slack asks whether to invite it (scope app_mentions:read). */
  #mentioned(post: Post, edited?: { user: string; ts: string }): Promise<Delivered> {
    const { botUserId } = this.#slack.world.team(this.member.teamId)
    const channel = this.#slack.world.channel(post.channelId)
    if (!channel.members.has(botUserId)) throw new Error(`The app is not in ${channel.name}. Invite it?`)
    return this.#slack.event(this.member.teamId, mentionEvent(post, this.member, this.#slack, edited))
  }

  /**
   * Changes what they wrote. Where it mentions the app, Slack sends the mention again as a new event, with `edited`
   * beside the old `ts` (bolt-js #960); in direct messages as `message_changed`.
   */
  async edits(post: Post, text: string): Promise<Delivered> {
    const { world } = this.#slack
    if (post.authorId !== this.member.id) throw new Error('People edit their own messages.')
    const before = this.#messageJson(post)
    const edited = { user: this.member.id, ts: world.nextTs() }
    const { botUserId } = world.team(this.member.teamId)
    const isMention = post.text.startsWith(`<@${botUserId}>`)
    post.text = isMention ? `<@${botUserId}> ${typedText(text)}` : typedText(text)
    post.editCount += 1
    if (isMention) return this.#mentioned(post, edited)
    return this.#slack.event(this.member.teamId, changedEvent(post, before, edited, this.member, this.#slack))
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

  #checkIsThere(channelId: string): Channel {
    const channel = this.#slack.world.channel(channelId)
    if (!channel.members.has(this.member.id))
      throw new Error(`${this.member.name} is not in ${channel.name}.`)
    return channel
  }

  #messageJson(post: Post) {
    return messageJson(post, this.member, this.#slack)
  }
}
