/** Where a job's message can go: the thread under its card, the place itself, an answer by token, direct messages. */
import type { Conversation } from '../../../app/people.ts'
import type { JobView } from '../../../app/views.ts'
import { type Called, refusals } from '../transport/api.ts'
import { type DiscordAddress, detailsOf, type MessageAddress, type Shortfall } from './address.ts'
import type { Messages, Post, PostOptions } from './messages.ts'
import { has, writesItself } from './permissions.ts'

/** A message that is there, and why it is not where it would be best. */
export type Placed = Called<DiscordAddress>

/** Time for one more request before a token dies. */
const tokenMarginMs = 20_000
/** By then the oldest tokens are long dead. */
const mostFilled = 2000

export class MessagePlacement {
  readonly #messages: Messages
  readonly #now: () => number
  /** Public answers that were filled, by token: with which job. */
  readonly #filled = new Map<string, string>()

  constructor(messages: Messages, now: () => number) {
    this.#messages = messages
    this.#now = now
  }

  /** The best message that can be had where the request came from, without a thread of its own. */
  async inPlace(
    job: JobView,
    conversation: Conversation,
    postWith: (shortfall: Shortfall | undefined) => Post,
    options: PostOptions & { shortfall?: Shortfall } = {},
  ): Promise<Placed> {
    const { shortfall, replyTo, ...nonce } = options
    // Who may not read what was written before may not answer it either (160002).
    const postOptions = { ...nonce, replyTo: has(conversation, 'history') ? replyTo : undefined }
    let refused: Placed | undefined
    if (writesItself(conversation)) {
      const channelId = conversation.threadId ?? conversation.channelId
      const posted = await this.#messages.post(channelId, postWith(shortfall), postOptions)
      if (posted.kind === 'done') return { kind: 'done', value: { ...posted.value, shortfall } }
      if (!isClosedToUs(posted.code)) return posted
      refused = posted
    }
    const answered = await this.#answer(job, conversation, postWith)
    if (answered.kind === 'done') return answered
    const direct = await this.direct(job, postWith)
    return direct.kind === 'refused' && refused !== undefined ? refused : direct
  }

  /** To the author's direct messages, with a word why. */
  async direct(job: JobView, postWith: (shortfall: Shortfall) => Post): Promise<Placed> {
    const channel = await this.#messages.openDirect(job.author.userId)
    if (channel.kind === 'refused') return channel
    const posted = await this.#messages.post(channel.value, postWith('elsewhere'), { nonce: `d${job.id}` })
    return posted.kind === 'refused'
      ? posted
      : { kind: 'done', value: { ...posted.value, shortfall: 'elsewhere' } }
  }

  async edit(address: DiscordAddress, post: Post): Promise<Called<MessageAddress>> {
    const { token, messageId, channelId } = address
    if (token === undefined) {
      const edited = await this.#messages.edit(address, post)
      return edited.kind === 'done' ? { kind: 'done', value: { channelId, messageId } } : edited
    }
    return this.isAlive(address) ? this.#messages.editAnswer(token, messageId, post) : tokenDied
  }

  async remove(address: DiscordAddress): Promise<Called<undefined>> {
    const { token, messageId } = address
    if (token === undefined) return this.#messages.remove(address)
    return this.isAlive(address) ? this.#messages.removeAnswer(token, messageId) : tokenDied
  }

  /** Whether the message can still be changed by the token that made it; true where it needs none. */
  isAlive({ token, tokenUntilMs = 0 }: Pick<DiscordAddress, 'token' | 'tokenUntilMs'>): boolean {
    return token === undefined || this.#now() < tokenUntilMs - tokenMarginMs
  }

  async #answer(
    job: JobView,
    conversation: Conversation,
    postWith: (shortfall: Shortfall | undefined) => Post,
  ): Promise<Placed> {
    const { token, tokenUntilMs, fillsAnswer } = detailsOf(conversation)
    if (token === undefined || !this.isAlive({ token, tokenUntilMs })) return tokenDied
    const shortfall = whyAnswerOnly(conversation)
    const post = postWith(shortfall)
    const filledFor = this.#filled.get(token)
    const fills = fillsAnswer === true && (filledFor === undefined || filledFor === job.id)
    if (fills) this.#fill(token, job.id)
    const answered = fills
      ? await this.#messages.editAnswer(token, '@original', post)
      : await this.#messages.answer(token, post)
    if (answered.kind === 'refused') return answered
    return { kind: 'done', value: { ...answered.value, token, tokenUntilMs, shortfall } }
  }

  #fill(token: string, jobId: string): void {
    this.#filled.set(token, jobId)
    const oldest = this.#filled.keys().next()
    if (this.#filled.size > mostFilled && !oldest.done) this.#filled.delete(oldest.value)
  }
}

/** Which shortfall keeps a thread from being made; undefined: none that is known. */
export function whyNoThread(conversation: Conversation): Shortfall | undefined {
  if (!has(conversation, 'threads')) return 'threads'
  return has(conversation, 'sendInThreads') ? undefined : 'sendInThreads'
}

function whyAnswerOnly(conversation: Conversation): Shortfall {
  if (detailsOf(conversation).answersOnly === true) return 'answersOnly'
  if (!has(conversation, 'view')) return 'view'
  return conversation.kind === 'thread' ? 'sendInThreads' : 'send'
}

/** Refusals after which another place may still do; others mean that the place is no more, or a defect of ours. */
export function isClosedToUs(code: number): boolean {
  return closedCodes.has(code)
}

const closedCodes: ReadonlySet<number> = new Set([
  refusals.missingAccess,
  refusals.cannotMessageUser,
  refusals.missingPermissions,
  refusals.wrongChannelType,
  refusals.threadArchived,
  refusals.threadLocked,
  refusals.tokenExpired,
  refusals.unknownWebhook,
])

const tokenDied: { kind: 'refused'; code: number; status: number } = {
  kind: 'refused',
  code: refusals.tokenExpired,
  status: 401,
}
