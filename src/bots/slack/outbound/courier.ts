/** The courier of Slack: the methods of a delivery, and the progress shown in its message. */

import type {
  Address,
  Closed,
  Courier,
  Delivery,
  DeliveryMethod,
  DeliveryResult,
  Refusal,
  StepRecord,
} from '../../../app/delivery/courier.ts'
import type { Logger } from '../../../system/ports.ts'
import { wordsFor } from '../../../words/locale.ts'
import { endMessage, fanOutEnd } from '../../messages/job-message.ts'
import { textMessage } from '../../messages/message.ts'
import { missingScopeCode } from '../transport/api.ts'
import { localeOf, readAddress } from './address.ts'
import { type ClosingParts, close, remove, showFanOut } from './delivery/closing.ts'
import { openingMethods } from './delivery/opening-methods.ts'
import { refusalSentence } from './delivery/refusal-reasons.ts'
import { resultMethods } from './delivery/result-methods.ts'
import { contextOf, messageOf, placeOf, postOnce } from './delivery-context.ts'
import type { EphemeralMessages } from './ephemeral-messages.ts'
import type { PictureResults } from './picture-results.ts'
import { render } from './render.ts'

export interface CourierParts extends ClosingParts {
  pictures: PictureResults
  ephemeralMessages: EphemeralMessages
  log: Logger
}

export class SlackCourier implements Courier {
  readonly platform = 'slack'
  // chat.update is in tier 3: at least 50 calls a minute for a workspace.
  readonly progressIntervalMs = 3000
  readonly opensWithState = false
  readonly #parts: CourierParts
  /** The last content of each placeholder by ts. Edits without a change are not sent. */
  readonly #shown = new Map<string, string>()

  constructor(parts: CourierParts) {
    this.#parts = parts
  }

  openingMethods(delivery: Delivery): DeliveryMethod[] {
    return openingMethods(this.#parts, delivery)
  }

  /** Sends the requester a hint on permitting posts where the bot may not post. */
  async onUnopened({ job }: Delivery, refusals: readonly Refusal[]): Promise<void> {
    const words = wordsFor(localeOf(job.conversation))
    const sentence = refusalSentence(refusals[0]?.code ?? '', job.conversation, words)
    await this.#parts.ephemeralMessages.send(job.id, render(textMessage(sentence), words), 'unopened')
  }

  async progress(delivery: Delivery, at: Address): Promise<void> {
    const { workspaces, messages, log } = this.#parts
    const address = readAddress(at)
    const context = contextOf(workspaces, delivery)
    if (context === undefined || !messages.canSpareEdit(context.workspace)) return
    const payload = render(messageOf(context, address.card !== undefined), context.words, {
      parentUrl: address.parentUrl,
    })
    const shown = JSON.stringify(payload)
    if (this.#shown.get(address.ts) === shown) return
    this.#shown.set(address.ts, shown)
    try {
      await messages.edit(context.workspace, address, payload)
    } catch (error) {
      // The next step comes soon, and the result reports a lasting fault.
      this.#shown.delete(address.ts)
      log.debug({ job: delivery.job.id, problem: String(error) }, 'progress not shown')
    }
  }

  resultMethods(delivery: Delivery): DeliveryMethod[] {
    if (delivery.address !== undefined) {
      const { ts } = readAddress(delivery.address)
      this.#shown.delete(ts)
    }
    return resultMethods(this.#parts, delivery)
  }

  /** A message whose response was lost cannot be found. It counts as sent, so that it is not sent twice. */
  async notify(delivery: Delivery): Promise<void> {
    const { workspaces, messages } = this.#parts
    const context = contextOf(workspaces, delivery)
    if (context?.at === undefined) return
    const { channel, thread } = context.at
    const isDirect = delivery.job.conversation.kind === 'direct'
    const mention = isDirect ? undefined : delivery.recipient.userId
    const { job, fanOut } = delivery
    const message = fanOut
      ? fanOutEnd(
          fanOut.members.map(member => member.job),
          context.words,
        )
      : endMessage(job, context.words)
    const payload = render(message, context.words, { mention })
    await postOnce(messages, context, 'told', placeOf(channel, thread), payload, {
      find: async () => ({ kind: 'done', value: '' }),
    })
  }

  sharedSteps(): readonly string[] {
    return ['card', 'told']
  }

  showFanOut(delivery: Delivery): Promise<Closed | undefined> {
    return showFanOut(this.#parts, delivery)
  }

  /** Tells the requester of messages that stay as they are for lack of a scope: a response URL needs none. */
  async close(delivery: Delivery, result: DeliveryResult): Promise<Closed | undefined> {
    const closed = await close(this.#parts, delivery, result)
    if (closed?.code !== missingScopeCode) return closed
    const { job } = delivery
    const words = wordsFor(localeOf(job.conversation))
    const notice = textMessage(words.slack.replies.withoutScope(job.id))
    await this.#parts.ephemeralMessages.send(job.id, render(notice, words), 'incomplete')
    return closed
  }

  remove(delivery: Delivery, step: StepRecord): Promise<{ kind: 'removed' } | Closed> {
    return remove(this.#parts, delivery, step)
  }
}
