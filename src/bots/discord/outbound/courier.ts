/** The courier of Discord: the methods of a delivery, and the progress shown in its message. */

import type {
  Address,
  Closed,
  Courier,
  Delivery,
  DeliveryMethod,
  DeliveryResult,
  StepRecord,
} from '../../../app/delivery/courier.ts'
import type { JobView } from '../../../app/views/views.ts'
import type { Logger } from '../../../system/ports.ts'
import { type DiscordAddress, readAddress } from './address.ts'
import type { CardUpdates } from './card-updates.ts'
import { close, remove, sharedSteps, showFanOut } from './delivery/closing.ts'
import { openingMethods } from './delivery/opening-methods.ts'
import { resultMethods } from './delivery/result-methods.ts'
import type { FirstMessageTracker } from './first-message-tracker.ts'
import { type JobPosts, notesOf } from './job-posts.ts'
import type { MessagePlacement } from './message-placement.ts'
import type { Messages } from './messages.ts'
import { progressIntervalMs } from './progress-interval.ts'
import type { TokenExpiryNotices } from './token-expiry-notices.ts'
import type { Pictures } from './uploads.ts'

export interface CourierParts {
  messages: Messages
  placement: MessagePlacement
  pictures: Pictures
  posts: JobPosts
  cards: CardUpdates
  firstMessages: FirstMessageTracker
  expiryNotices: TokenExpiryNotices
  /** The job's current state. */
  jobNow(job: JobView): JobView | undefined
  log: Logger
}

export class DiscordCourier implements Courier {
  readonly platform = 'discord'
  readonly progressIntervalMs = progressIntervalMs
  readonly opensWithState = true
  readonly #parts: CourierParts
  /** The last content of each placeholder by message. Edits without a change are not sent. */
  readonly #shown = new Map<string, string>()
  /** Messages whose edit was refused: progress is not tried again, and the result uses another method. */
  readonly #closed = new Set<string>()

  constructor(parts: CourierParts) {
    this.#parts = parts
  }

  openingMethods(delivery: Delivery): DeliveryMethod[] {
    const { firstMessages } = this.#parts
    return openingMethods(this.#parts, delivery).map(method => ({
      name: method.name,
      attempt: async before => {
        const outcome = await method.attempt(before)
        if (outcome.kind === 'arrived') {
          firstMessages.done(delivery.job.id)
          this.#planExpiryNotice(readAddress(outcome.address), delivery.job)
        }
        return outcome
      },
    }))
  }

  async onUnopened({ job }: Delivery): Promise<void> {
    this.#parts.firstMessages.done(job.id)
  }

  async progress({ job, fanOut }: Delivery, at: Address): Promise<void> {
    const { placement, messages, posts, cards, expiryNotices, log } = this.#parts
    const address = readAddress(at)
    const { messageId, card } = address
    this.#planExpiryNotice(address, job)
    if (this.#closed.has(messageId) || expiryNotices.isNotified(job.id)) return
    if (!placement.isAlive(address) || !messages.canSpareEdit(address)) return
    if (card !== undefined && fanOut === undefined && job.state === 'running') cards.refresh(job, card)
    const post = posts.progress(job, {
      hasCard: card !== undefined && fanOut === undefined,
      notes: notesOf(address.shortfall),
    })
    const shown = JSON.stringify([post.components, job.preview?.length])
    if (this.#shown.get(messageId) === shown) return
    this.#shown.set(messageId, shown)
    try {
      const edited = await placement.edit(address, post)
      if (edited.kind === 'refused') this.#closed.add(messageId)
    } catch (error) {
      // The next step comes soon, and the result reports a lasting fault.
      this.#shown.delete(messageId)
      log.debug({ job: job.id, problem: String(error) }, 'progress not shown')
    }
  }

  resultMethods(delivery: Delivery): DeliveryMethod[] {
    this.#forget(delivery)
    return resultMethods(this.#parts, delivery)
  }

  async notify(delivery: Delivery): Promise<void> {
    const { placement, posts } = this.#parts
    if (delivery.address === undefined) return
    const { channelId, messageId, token } = readAddress(delivery.address)
    const post = posts.end(delivery.job, delivery.recipient.userId, delivery.fanOut)
    if (token === undefined) await placement.inChannel(delivery, 'told', channelId, post, messageId)
    else await placement.byToken(delivery, 'told', post)
  }

  sharedSteps(delivery: Delivery): readonly string[] {
    return sharedSteps(delivery)
  }

  showFanOut(delivery: Delivery): Promise<Closed | undefined> {
    return showFanOut(this.#parts, delivery)
  }

  close(delivery: Delivery, result: DeliveryResult): Promise<Closed | undefined> {
    return close(this.#parts, delivery, result)
  }

  remove(delivery: Delivery, step: StepRecord): Promise<{ kind: 'removed' } | Closed> {
    this.#forget(delivery)
    return remove(this.#parts, delivery, step)
  }

  /** Stops showing progress. */
  #forget({ job, address }: Delivery): void {
    this.#parts.expiryNotices.forget(job.id)
    if (address === undefined) return
    const { messageId } = readAddress(address)
    this.#shown.delete(messageId)
    this.#closed.delete(messageId)
  }

  #planExpiryNotice(address: DiscordAddress, opened: JobView): void {
    const { expiryNotices, placement, posts, jobNow, log } = this.#parts
    if (address.token === undefined || address.tokenUntilMs === undefined) return
    expiryNotices.before(address.tokenUntilMs, opened.id, () => {
      const job = jobNow(opened)
      if (job?.state !== 'queued' && job?.state !== 'running') return
      placement.edit(address, posts.progress(job, { notes: ['later'] })).catch((error: unknown) => {
        log.debug({ job: job.id, problem: String(error) }, 'token expiry notice not sent')
      })
    })
  }
}
