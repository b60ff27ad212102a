/** The courier of Slack: posts card and placeholder, edits the placeholder, turns it into the result, takes it away. */
import type { Address, Courier, Delivery } from '../../../app/courier.ts'
import type { Conversation } from '../../../app/people.ts'
import type { JobView } from '../../../app/views.ts'
import { AppError } from '../../../errors.ts'
import type { Logger } from '../../../ports.ts'
import type { Words } from '../../../words/en.ts'
import { wordsFor } from '../../../words/locale.ts'
import { jobMessage, loneMessage, requestCard } from '../../messages/job-message.ts'
import { type Message, textMessage } from '../../messages/message.ts'
import type { Called } from '../transport/api.ts'
import type { Workspace, Workspaces } from '../transport/workspaces.ts'
import { localeOf, readAddress, type SlackAddress, workspaceOf, writeAddress } from './address.ts'
import type { EphemeralMessages } from './ephemeral-messages.ts'
import type { Messages, Place } from './messages.ts'
import { isClosed, isGone, refusalSentence } from './refusals.ts'
import { render } from './render.ts'
import type { Result, Results } from './results.ts'

interface CourierParts {
  messages: Messages
  workspaces: Workspaces
  results: Results
  ephemeralMessages: EphemeralMessages
  log: Logger
}

export class SlackCourier implements Courier {
  readonly platform = 'slack'
  readonly progressIntervalMs = 3000
  readonly #parts: CourierParts
  /** Cards whose placeholder could not follow at once: a second try must not post a second card. */
  readonly #cards = new Map<string, string>()
  /** What a placeholder shows, so that an edit that would change nothing is not sent. */
  readonly #shown = new Map<string, string>()

  constructor(parts: CourierParts) {
    this.#parts = parts
  }

  async open(job: JobView, parent?: Address): Promise<Delivery> {
    const { conversation } = job
    const workspace = this.#parts.workspaces.of(workspaceOf(conversation))
    if (workspace === undefined) return notInstalled
    const words = wordsFor(localeOf(conversation))
    const place: Place = { channel: conversation.channelId, thread: conversation.threadId }

    const needsCard = conversation.kind === 'channel' && conversation.threadId === undefined
    let card = this.#cards.get(job.id)
    if (needsCard && card === undefined) {
      const posted = await this.#parts.messages.post(workspace, place, render(requestCard(job, words), words))
      if (posted.kind === 'refused') return this.#postRefused(job, posted.error, words)
      card = posted.value.ts
      this.#cards.set(job.id, card)
    }
    const parentUrl = parent && (await this.#parts.messages.link(workspace, readAddress(parent)))
    const payload = render(messageOf(job, needsCard, words), words, { parentUrl })
    const posted = await this.#parts.messages.post(
      workspace,
      { ...place, thread: card ?? place.thread },
      payload,
    )
    if (posted.kind === 'refused') return this.#postRefused(job, posted.error, words)
    this.#cards.delete(job.id)
    this.#shown.set(posted.value.ts, JSON.stringify(payload))
    return delivered({
      ...workspaceOf(conversation),
      ...posted.value,
      thread: card ?? place.thread,
      card,
      parentUrl,
      files: [],
    })
  }

  async progress(at: Address, job: JobView): Promise<void> {
    const address = readAddress(at)
    const workspace = this.#parts.workspaces.of(address)
    if (workspace === undefined || !this.#parts.messages.canSpareEdit(workspace)) return
    const words = wordsFor(localeOf(job.conversation))
    const payload = render(messageOf(job, address.card !== undefined, words), words, {
      parentUrl: address.parentUrl,
    })
    const shown = JSON.stringify(payload)
    if (this.#shown.get(address.ts) === shown) return
    this.#shown.set(address.ts, shown)
    try {
      await this.#parts.messages.edit(workspace, address, payload)
    } catch (error) {
      // The next step comes soon; the result will say it if the trouble lasts.
      this.#shown.delete(address.ts)
      this.#parts.log.debug({ job: job.id, problem: String(error) }, 'progress not shown')
    }
  }

  async settle(at: Address, job: JobView): Promise<Delivery> {
    const address = readAddress(at)
    const workspace = this.#parts.workspaces.of(address)
    if (workspace === undefined) return notInstalled
    const words = wordsFor(localeOf(job.conversation))
    const message = messageOf(job, address.card !== undefined, words)
    this.#shown.delete(address.ts)
    const result = { workspace, address, job, message, words }
    const shown = await this.#show(result)
    const settled = shown.kind === 'refused' ? await this.#fallBack(result, shown.error) : shown
    if (settled.kind === 'refused') return refusalOf(settled.error)
    if (address.card !== undefined) await this.#closeCard(workspace, address, address.card, job, words)
    return delivered(settled.value)
  }

  async withdraw(at: Address, _job: JobView): Promise<Delivery> {
    const address = readAddress(at)
    const workspace = this.#parts.workspaces.of(address)
    if (workspace === undefined) return notInstalled
    await this.#parts.results.remove(workspace, address)
    for (const ts of [address.ts, address.card])
      if (ts !== undefined) await this.#parts.messages.remove(workspace, { channel: address.channel, ts })
    return { kind: 'delivered', address: at }
  }

  /** A past result, brought to another place with all its buttons. */
  async bring(job: JobView, conversation: Conversation, notice?: string): Promise<Called<SlackAddress>> {
    const ids = workspaceOf(conversation)
    const workspace = this.#parts.workspaces.of(ids)
    if (workspace === undefined) return { kind: 'refused', error: 'not_installed' }
    const words = wordsFor(localeOf(conversation))
    const full = messageOf(job, false, words)
    const message = notice === undefined ? full : { ...full, lines: [notice, ...full.lines] }
    const place: Place = { channel: conversation.channelId, thread: conversation.threadId }
    const posted = await this.#parts.messages.post(workspace, place, render(withoutButtons(message), words))
    if (posted.kind === 'refused') return posted
    const address = { ...ids, ...place, ...posted.value, files: [] }
    return this.#show({ workspace, address, job, message, words })
  }

  /** A picture that is painted reaches its author: without its place, or without itself where Slack takes no file. */
  async #fallBack({ workspace, address, job, message, words }: Result, error: string) {
    const refused: Called<SlackAddress> = { kind: 'refused', error }
    if (job.state !== 'done') return refused
    const { conversation, author } = job
    if (isClosed(error) && conversation.kind !== 'direct') {
      const direct: Conversation = { ...conversation, kind: 'direct', channelId: author.userId }
      return this.bring(job, { ...direct, threadId: undefined }, words.slack.replies.movedHere)
    }
    if (isGone(error)) return refused
    this.#parts.log.error({ job: job.id, problem: error }, 'Slack did not take the pictures of a job')
    const lines = [...message.lines, words.slack.replies.picturesRefused(error, job.id)]
    const bare = render({ ...message, lines, pictures: [] }, words, { parentUrl: address.parentUrl })
    const edited = await this.#parts.messages.edit(workspace, address, bare)
    return edited.kind === 'refused' ? refused : { kind: 'done' as const, value: address }
  }

  async #show(result: Result): Promise<Called<SlackAddress>> {
    const { workspace, address, message, words } = result
    if (message.pictures.length > 0) return this.#parts.results.show(result)
    const edited = await this.#parts.messages.edit(
      workspace,
      address,
      render(message, words, { parentUrl: address.parentUrl }),
    )
    return edited.kind === 'refused' ? edited : { kind: 'done', value: address }
  }

  /** The card says no place in the queue any more. Left as it is where Slack is busy: the thread has the result. */
  async #closeCard(
    workspace: Workspace,
    address: SlackAddress,
    card: string,
    job: JobView,
    words: Words,
  ): Promise<void> {
    if (!this.#parts.messages.canSpareEdit(workspace)) return
    try {
      await this.#parts.messages.edit(
        workspace,
        { channel: address.channel, ts: card },
        render(requestCard(job, words), words),
      )
    } catch (error) {
      this.#parts.log.debug({ job: job.id, problem: String(error) }, 'card not brought up to date')
    }
  }

  /** Where the bot may not write, the one who asked is told how that can be mended. */
  async #postRefused(job: JobView, error: string, words: Words): Promise<Delivery> {
    this.#cards.delete(job.id)
    const sentence = refusalSentence(error, job.conversation, words)
    await this.#parts.ephemeralMessages.send(job.id, render(textMessage(sentence), words))
    return refusalOf(error)
  }
}

const notInstalled: Delivery = { kind: 'gone', reason: 'the app is not installed there any more' }

function delivered(address: SlackAddress): Delivery {
  return { kind: 'delivered', address: writeAddress(address) }
}

function refusalOf(error: string): Delivery {
  if (isGone(error)) return { kind: 'gone', reason: error }
  throw new AppError('platform-refused', { platform: 'Slack', problem: error })
}

function messageOf(job: JobView, hasCard: boolean, words: Words): Message {
  return hasCard ? jobMessage(job, words) : loneMessage(job, words)
}

function withoutButtons(message: Message): Message {
  return { ...message, pictures: [], buttons: [] }
}
