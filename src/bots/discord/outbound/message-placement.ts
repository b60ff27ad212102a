/** Places one message of a delivery: in a thread, in the channel, as a response by token or in direct messages. */
import type { Delivery } from '../../../app/delivery/courier.ts'
import { textMessage } from '../../messages/message.ts'
import { type CallOutcome, refusals } from '../transport/api.ts'
import { type DiscordAddress, detailsOf, type MessageAddress, readAddress, writeAddress } from './address.ts'
import type { ButtonTokens } from './button-tokens.ts'
import { wordsOf } from './job-posts.ts'
import type { Messages, Post } from './messages.ts'
import { canPostWithOwnToken, hasPermission } from './permissions.ts'
import { render } from './render/render.ts'

/** The time for one more request before a token expires. */
const tokenMarginMs = 20_000

export class MessagePlacement {
  readonly #messages: Messages
  readonly #buttonTokens: ButtonTokens
  readonly #now: () => number

  constructor(messages: Messages, buttonTokens: ButtonTokens, now: () => number) {
    this.#messages = messages
    this.#buttonTokens = buttonTokens
    this.#now = now
  }

  /** A new message in a channel or thread, with the bot token. `step` identifies it in the delivery. */
  inChannel(
    delivery: Delivery,
    step: string,
    channelId: string,
    post: Post,
    replyTo?: string,
  ): Promise<CallOutcome<DiscordAddress>> {
    // Without the permission to read the history, a reply to a message is refused (160002).
    const reply = hasPermission(delivery.job.conversation, 'history') ? replyTo : undefined
    const mark = { deliveryId: delivery.id, step }
    return this.#once(
      delivery,
      step,
      begin =>
        this.#messages.post(channelId, post, {
          mark,
          begin,
          ...(reply === undefined ? {} : { replyTo: reply }),
        }),
      channelId,
    )
  }

  /** A direct message to the person that the delivery is for. */
  async direct(delivery: Delivery, step: string, post: Post): Promise<CallOutcome<DiscordAddress>> {
    const channel = await this.#messages.openDirect(delivery.recipient.userId)
    return channel.kind === 'refused' ? channel : this.inChannel(delivery, step, channel.value, post)
  }

  /**
   * A message with the interaction's token. It is the interaction's response if that waits to be filled, otherwise a follow-up. A
   * follow-up would fill an open deferral, which only the requester sees, so the deferral is answered first, and if that is refused
   * there is no follow-up (interactions/receiving-and-responding, Create Followup Message).
   */
  async byToken(delivery: Delivery, step: string, post: Post): Promise<CallOutcome<DiscordAddress>> {
    const { token, tokenUntilMs, fillsAnswer, isDeferred } = detailsOf(delivery.job.conversation)
    if (token === undefined || !this.isAlive({ token, tokenUntilMs })) return tokenExpired
    const withToken = (called: CallOutcome<MessageAddress>): CallOutcome<DiscordAddress> =>
      called.kind === 'refused' ? called : { kind: 'done', value: { ...called.value, token, tokenUntilMs } }
    if (fillsAnswer === true && delivery.address === undefined)
      return this.#once(delivery, step, async () =>
        withToken(await this.#messages.editAnswer(token, '@original', post)),
      )
    if (isDeferred === true) {
      const answered = await this.#messages.editAnswer(token, '@original', acceptedPost(delivery))
      if (answered.kind === 'refused') return answered
    }
    const { conversation } = delivery.job
    const mark = { deliveryId: delivery.id, step }
    return this.#once(
      delivery,
      step,
      async begin => withToken(await this.#messages.answer(token, post, { mark, begin })),
      detailsOf(conversation).answersOnly === true
        ? undefined
        : (conversation.threadId ?? conversation.channelId),
    )
  }

  async edit(address: DiscordAddress, post: Post): Promise<CallOutcome<unknown>> {
    const { token, messageId } = address
    if (token === undefined) return this.#messages.edit(address, post)
    if (this.isAlive(address)) return this.#messages.editAnswer(token, messageId, post)
    return tokenExpired
  }

  /** A message from an expired token is still the bot's own message, if the bot is a member. */
  async remove({ job }: Delivery, address: DiscordAddress): Promise<CallOutcome<undefined>> {
    const { token, messageId } = address
    if (token !== undefined && this.isAlive(address)) return this.#messages.removeAnswer(token, messageId)
    const isGuest = token !== undefined && detailsOf(job.conversation).answersOnly === true
    if (!isGuest) return this.#messages.remove(address)
    const pressed = this.#buttonTokens.find(messageId)
    return pressed === undefined ? tokenExpired : this.#messages.removeAnswer(pressed, '@original')
  }

  /** Whether the token that created the message can still edit it; true if no token is needed. */
  isAlive({ token, tokenUntilMs = 0 }: Pick<DiscordAddress, 'token' | 'tokenUntilMs'>): boolean {
    return token === undefined || this.#now() < tokenUntilMs - tokenMarginMs
  }

  /** `channelId`: where the bot can look for a message whose response was lost. */
  async #once(
    { id, steps }: Delivery,
    step: string,
    make: (begin: () => Promise<void>) => Promise<CallOutcome<DiscordAddress>>,
    channelId?: string,
  ): Promise<CallOutcome<DiscordAddress>> {
    const find = async (place: string, sinceMs: number) => {
      const found = await this.#messages.findOwn(place, { deliveryId: id, step }, sinceMs)
      if (found.kind === 'refused') return found
      return found.value && { kind: 'done' as const, value: writeAddress(found.value) }
    }
    const made = await steps.once(
      step,
      async begin => {
        const called = await make(begin)
        return called.kind === 'refused' ? called : { kind: 'done', value: writeAddress(called.value) }
      },
      {
        makes: 'message',
        ...(channelId === undefined
          ? {}
          : { place: channelId, find: (sinceMs: number) => find(channelId, sinceMs) }),
      },
    )
    return made.kind === 'refused' ? made : { kind: 'done', value: readAddress(made.value) }
  }
}

/** The channel where the bot posts with its own token; undefined if it cannot. */
export function ownChannelOf({ job: { conversation } }: Delivery): string | undefined {
  return canPostWithOwnToken(conversation) ? (conversation.threadId ?? conversation.channelId) : undefined
}

function acceptedPost({ job }: Delivery): Post {
  const words = wordsOf(job)
  return { ...render(textMessage(words.discord.replies.accepted), words), files: [] }
}

const tokenExpired: { kind: 'refused'; code: number; status: number } = {
  kind: 'refused',
  code: refusals.tokenExpired,
  status: 401,
}
