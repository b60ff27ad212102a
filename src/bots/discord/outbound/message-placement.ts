/** Places one message of a delivery: in a thread, in the channel, as an answer by token or in direct messages. */
import type { Delivery } from '../../../app/delivery/courier.ts'
import { textMessage } from '../../messages/message.ts'
import { type Called, refusals } from '../transport/api.ts'
import { type DiscordAddress, detailsOf, type MessageAddress, readAddress, writeAddress } from './address.ts'
import type { ButtonTokens } from './button-tokens.ts'
import { wordsOf } from './job-posts.ts'
import type { Messages, Post } from './messages.ts'
import { has, writesItself } from './permissions.ts'
import { render } from './render.ts'

/** Time for one more request before a token expires. */
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

  /** A new message in a channel or thread, by the bot's own token. `step` names it among those of the delivery. */
  inChannel(
    delivery: Delivery,
    step: string,
    channelId: string,
    post: Post,
    replyTo?: string,
  ): Promise<Called<DiscordAddress>> {
    // Who may not read what was written before may not answer it either (160002).
    const reply = has(delivery.job.conversation, 'history') ? replyTo : undefined
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
      sinceMs => this.#messages.findOwn(channelId, mark, sinceMs),
    )
  }

  /** To the direct messages of the one it is for. */
  async direct(delivery: Delivery, step: string, post: Post): Promise<Called<DiscordAddress>> {
    const channel = await this.#messages.openDirect(delivery.recipient.userId)
    return channel.kind === 'refused' ? channel : this.inChannel(delivery, step, channel.value, post)
  }

  /**
   * A message by the token of the interaction that asked. Where that interaction's own response waits to be filled,
   * it is that response; otherwise a follow-up, which would only fill a deferral that is still open: that is answered
   * first (interactions/receiving-and-responding, Create Followup Message).
   */
  async byToken(delivery: Delivery, step: string, post: Post): Promise<Called<DiscordAddress>> {
    const { token, tokenUntilMs, fillsAnswer, isDeferred } = detailsOf(delivery.job.conversation)
    if (token === undefined || !this.isAlive({ token, tokenUntilMs })) return tokenExpired
    const withToken = (called: Called<MessageAddress>): Called<DiscordAddress> =>
      called.kind === 'refused' ? called : { kind: 'done', value: { ...called.value, token, tokenUntilMs } }
    if (fillsAnswer === true && delivery.address === undefined)
      return this.#once(delivery, step, async () =>
        withToken(await this.#messages.editAnswer(token, '@original', post)),
      )
    if (isDeferred === true) await this.#messages.editAnswer(token, '@original', acceptedPost(delivery))
    return this.#once(delivery, step, async begin =>
      withToken(await this.#messages.answer(token, post, begin)),
    )
  }

  async edit(address: DiscordAddress, post: Post): Promise<Called<unknown>> {
    const { token, messageId } = address
    if (token === undefined) return this.#messages.edit(address, post)
    if (this.isAlive(address)) return this.#messages.editAnswer(token, messageId, post)
    return tokenExpired
  }

  /** What was made by a token that expired is the bot's own message all the same, where it is a member. */
  async remove({ job }: Delivery, address: DiscordAddress): Promise<Called<undefined>> {
    const { token, messageId } = address
    if (token !== undefined && this.isAlive(address)) return this.#messages.removeAnswer(token, messageId)
    const isGuest = token !== undefined && detailsOf(job.conversation).answersOnly === true
    if (!isGuest) return this.#messages.remove(address)
    const pressed = this.#buttonTokens.find(messageId)
    return pressed === undefined ? tokenExpired : this.#messages.removeAnswer(pressed, '@original')
  }

  /** Whether the message can still be changed by the token that made it; true where it needs none. */
  isAlive({ token, tokenUntilMs = 0 }: Pick<DiscordAddress, 'token' | 'tokenUntilMs'>): boolean {
    return token === undefined || this.#now() < tokenUntilMs - tokenMarginMs
  }

  async #once(
    { steps }: Delivery,
    step: string,
    make: (begin: () => Promise<void>) => Promise<Called<DiscordAddress>>,
    find?: (sinceMs: number) => Promise<MessageAddress | undefined>,
  ): Promise<Called<DiscordAddress>> {
    const written = (address: DiscordAddress | undefined) => address && writeAddress(address)
    const made = await steps.once(
      step,
      async begin => {
        const called = await make(begin)
        return called.kind === 'refused' ? called : { kind: 'done', value: writeAddress(called.value) }
      },
      { makes: 'message', ...(find && { find: async sinceMs => written(await find(sinceMs)) }) },
    )
    return made.kind === 'refused' ? made : { kind: 'done', value: readAddress(made.value) }
  }
}

/** Where the bot writes by its own token; undefined where it cannot. */
export function ownChannelOf({ job: { conversation } }: Delivery): string | undefined {
  return writesItself(conversation) ? (conversation.threadId ?? conversation.channelId) : undefined
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
