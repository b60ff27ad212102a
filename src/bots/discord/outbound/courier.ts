/** The courier of Discord: posts card, thread and placeholder, edits the placeholder, turns it into the result. */
import type { Address, Courier, Delivery } from '../../../app/courier.ts'
import type { Conversation } from '../../../app/people.ts'
import type { JobView } from '../../../app/views.ts'
import { AppError } from '../../../errors.ts'
import type { Logger } from '../../../ports.ts'
import { wordsFor } from '../../../words/locale.ts'
import { titleOf } from '../../messages/job-message.ts'
import { type Called, refusals } from '../transport/api.ts'
import {
  type DiscordAddress,
  detailsOf,
  type MessageAddress,
  readAddress,
  type Shortfall,
  writeAddress,
} from './address.ts'
import type { CardUpdates } from './card-updates.ts'
import type { FirstMessageTracker } from './first-message-tracker.ts'
import { cardOf, JobPosts, wordsOf } from './job-posts.ts'
import { isClosedToUs, type MessagePlacement, whyNoThread } from './message-placement.ts'
import type { Messages } from './messages.ts'
import { has, writesItself } from './permissions.ts'
import { oneLine } from './text.ts'
import type { TokenExpiryNotices } from './token-expiry-notices.ts'
import type { Packed, Pictures } from './uploads.ts'

/** `refused`: one sentence for the one who asked. */
export type Brought = { kind: 'brought' } | { kind: 'refused'; sentence: string }

export interface CourierParts {
  messages: Messages
  places: MessagePlacement
  pictures: Pictures
  cards: CardUpdates
  firstMessages: FirstMessageTracker
  expiryNotices: TokenExpiryNotices
  /** The job as it is by then. */
  jobNow(job: JobView): JobView | undefined
  /** Guilds in which pictures are covered. */
  spoilerGuilds: readonly string[]
  log: Logger
}

/** A thread's name may have 100 characters. */
const longestThreadName = 90

export class DiscordCourier implements Courier {
  readonly platform = 'discord'
  readonly progressIntervalMs = 2500
  readonly #parts: CourierParts
  readonly #posts: JobPosts
  /** What a placeholder shows, so that an edit that would change nothing is not sent; by message. */
  readonly #shown = new Map<string, string>()
  /** Messages that were found deleted, or closed to us: nothing more is tried there. */
  readonly #gone = new Set<string>()
  /** Cards, and the threads under them, whose placeholder could not follow at once; by job. */
  readonly #opening = new Map<string, { card: MessageAddress; threadId?: string }>()
  /** Cards that say no place in the queue any more, by job. */
  readonly #refreshed = new Set<string>()

  constructor(parts: CourierParts) {
    this.#parts = parts
    this.#posts = new JobPosts(parts.spoilerGuilds)
  }

  async open(job: JobView): Promise<Delivery> {
    const { conversation } = job
    const wantsThread =
      conversation.kind === 'channel' &&
      detailsOf(conversation).pressedId === undefined &&
      writesItself(conversation)
    const shortfall = wantsThread ? whyNoThread(conversation) : undefined
    const placed =
      wantsThread && shortfall === undefined
        ? await this.#openThread(job)
        : await this.#parts.places.inPlace(job, conversation, why => this.#posts.waiting(job, why), {
            nonce: `p${job.id}`,
            replyTo: detailsOf(conversation).pressedId,
            shortfall,
          })
    this.#opening.delete(job.id)
    this.#parts.firstMessages.done(job.id)
    if (placed.kind === 'refused') return refusalOf(placed.code)
    this.#planExpiryNotice(placed.value, job)
    return delivered(placed.value)
  }

  async progress(at: Address, job: JobView): Promise<void> {
    const address = readAddress(at)
    const { messageId, card } = address
    const { places, messages, log } = this.#parts
    if (this.#gone.has(messageId) || !places.isAlive(address) || !messages.canSpareEdit(address)) return
    if (card !== undefined && job.state === 'running') this.#refreshCard(job, card)
    const post = this.#posts.placeholder(job, address)
    const shown = JSON.stringify([post.components, job.preview?.length])
    if (this.#shown.get(messageId) === shown) return
    this.#shown.set(messageId, shown)
    try {
      const edited = await places.edit(address, post)
      if (edited.kind === 'refused') this.#gone.add(messageId)
    } catch (error) {
      // The next step comes soon; the result will say it if the trouble lasts.
      this.#shown.delete(messageId)
      log.debug({ job: job.id, problem: String(error) }, 'progress not shown')
    }
  }

  async settle(at: Address, job: JobView): Promise<Delivery> {
    const address = readAddress(at)
    this.#shown.delete(address.messageId)
    this.#gone.delete(address.messageId)
    this.#parts.expiryNotices.forget(job.id)
    const settled = await this.#settle(address, job)
    if (settled.kind === 'refused') return refusalOf(settled.code)
    if (address.card !== undefined) this.#refreshCard(job, address.card)
    this.#refreshed.delete(job.id)
    return delivered(settled.value)
  }

  async withdraw(at: Address, job: JobView): Promise<Delivery> {
    const address = readAddress(at)
    const { places, messages, cards, expiryNotices, log } = this.#parts
    cards.forget(job.id)
    expiryNotices.forget(job.id)
    this.#shown.delete(address.messageId)
    this.#gone.delete(address.messageId)
    this.#refreshed.delete(job.id)
    await places.remove(address)
    if (address.card !== undefined) {
      await messages.remove(address.card)
      const renamed = await messages.renameThread(
        address.card.messageId,
        wordsOf(job).discord.places.removedThread,
      )
      // The thread's name is the prompt; without the permission to manage threads it has to stay.
      if (renamed.kind === 'refused') log.info({ job: job.id, code: renamed.code }, 'a thread keeps its name')
    }
    return { kind: 'delivered', address: at }
  }

  /** A past result, brought to another place with all its buttons. */
  async bring(job: JobView, conversation: Conversation): Promise<Brought> {
    const words = wordsFor(detailsOf(conversation).locale)
    const there = { ...job, conversation }
    const { pictures, places } = this.#parts
    const { uploadLimitBytes } = detailsOf(conversation)
    const brought = await pictures.send(there, words, uploadLimitBytes, packed =>
      places.inPlace(there, conversation, why => this.#posts.result(there, why, packed)),
    )
    if (brought.kind === 'done') return { kind: 'brought' }
    const needed = conversation.kind === 'thread' ? 'sendInThreads' : 'send'
    return {
      kind: 'refused',
      sentence: words.discord.places[has(conversation, 'attach') ? needed : 'attach'],
    }
  }

  async #openThread(job: JobView): Promise<Called<DiscordAddress>> {
    const { messages, places } = this.#parts
    const words = wordsOf(job)
    const card = await this.#card(job)
    if (card.kind === 'refused') {
      if (!isClosedToUs(card.code)) return card
      return places.inPlace(job, job.conversation, why => this.#posts.waiting(job, why), {
        nonce: `p${job.id}`,
      })
    }
    const name = oneLine(titleOf(job, words), longestThreadName) || words.job.untitled
    const thread = await this.#thread(job, card.value, name)
    if (thread.kind === 'refused') return this.#insteadOfCard(job, card.value, whyRefused(thread.code))
    const post = this.#posts.inThread(job)
    const placed = await messages.post(thread.value, post, { nonce: `p${job.id}` })
    if (placed.kind === 'refused') return this.#insteadOfCard(job, card.value, 'sendInThreads')
    return { kind: 'done', value: { ...placed.value, card: card.value } }
  }

  /** Remembered until the placeholder is there: a second try goes on where the first had to stop. */
  async #card(job: JobView): Promise<Called<MessageAddress>> {
    const known = this.#opening.get(job.id)
    if (known !== undefined) return { kind: 'done', value: known.card }
    const post = cardOf(job)
    const { channelId } = job.conversation
    const card = await this.#parts.messages.post(channelId, post, { nonce: `c${job.id}` })
    if (card.kind === 'done') this.#opening.set(job.id, { card: card.value })
    return card
  }

  async #thread(job: JobView, card: MessageAddress, name: string): Promise<Called<string>> {
    const known = this.#opening.get(job.id)?.threadId
    if (known !== undefined) return { kind: 'done', value: known }
    const thread = await this.#parts.messages.startThread(card, name)
    if (thread.kind === 'done') this.#opening.set(job.id, { card, threadId: thread.value })
    return thread
  }

  /** Without its thread the card itself becomes the placeholder. */
  async #insteadOfCard(
    job: JobView,
    card: MessageAddress,
    shortfall: Shortfall | undefined,
  ): Promise<Called<DiscordAddress>> {
    const edited = await this.#parts.messages.edit(card, this.#posts.waiting(job, shortfall))
    return edited.kind === 'refused' ? edited : { kind: 'done', value: { ...card, shortfall } }
  }

  async #settle(address: DiscordAddress, job: JobView): Promise<Called<DiscordAddress>> {
    const { places, pictures } = this.#parts
    const { uploadLimitBytes } = detailsOf(job.conversation)
    const edited = await pictures.send(job, wordsOf(job), uploadLimitBytes, packed =>
      this.#editWith(address, job, packed),
    )
    if (edited.kind === 'done') return { kind: 'done', value: { ...address, ...edited.value } }
    if (!isClosedToUs(edited.code)) return edited
    // The place is closed, the result is there: its author gets it.
    const direct = await pictures.send(job, wordsOf(job), undefined, packed =>
      places.direct(job, why => this.#posts.result(job, why, packed)),
    )
    return direct.kind === 'done' ? direct : edited
  }

  /** Where files may not be attached, the words and the buttons come without them. */
  async #editWith(address: DiscordAddress, job: JobView, packed: Packed): Promise<Called<MessageAddress>> {
    const { places } = this.#parts
    const mayAttach = has(job.conversation, 'attach') || packed.files.length === 0
    if (mayAttach) {
      const edited = await places.edit(address, this.#posts.final(job, address, packed))
      const isDenied = edited.kind === 'refused' && edited.code === refusals.missingPermissions
      if (!isDenied || packed.files.length === 0) return edited
    }
    return places.edit({ ...address, shortfall: 'attach' }, this.#posts.result(job, 'attach', { files: [] }))
  }

  #planExpiryNotice(address: DiscordAddress, opened: JobView): void {
    const { expiryNotices, places, jobNow, log } = this.#parts
    if (address.token === undefined || address.tokenUntilMs === undefined) return
    expiryNotices.before(address.tokenUntilMs, opened.id, () => {
      const job = jobNow(opened)
      if (job?.state !== 'queued' && job?.state !== 'running') return
      places.edit(address, this.#posts.waiting(job, 'later')).catch((error: unknown) => {
        log.debug({ job: job.id, problem: String(error) }, 'token expiry notice not sent')
      })
    })
  }

  /** Once: from then on it has nothing to say that changes. */
  #refreshCard(job: JobView, card: MessageAddress): void {
    if (this.#refreshed.has(job.id)) return
    this.#refreshed.add(job.id)
    this.#parts.cards.refresh(job, card)
  }
}

function whyRefused(code: number): Shortfall | undefined {
  if (code === refusals.tooManyThreads) return 'tooManyThreads'
  return code === refusals.missingPermissions || code === refusals.missingAccess ? 'threads' : undefined
}

function delivered(address: DiscordAddress): Delivery {
  return { kind: 'delivered', address: writeAddress(address) }
}

/** What is not there any more, or closed to us, is an end; anything else is a defect that a log should show. */
function refusalOf(code: number): Delivery {
  const isGone = code === refusals.unknownChannel || code === refusals.unknownMessage || isClosedToUs(code)
  if (isGone) return { kind: 'gone', reason: `Discord says ${code}` }
  throw new AppError('platform-refused', { platform: 'Discord', problem: `code ${code}` })
}
