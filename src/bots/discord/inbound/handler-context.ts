/** Handler context: the dependencies of this adapter's handlers, and their common calls of the chat core. */
import type { Easel } from '../../../app/easel.ts'
import type { Action, ImagineRequest } from '../../../app/requests.ts'
import type { Clock, Ids, Logger } from '../../../system/ports.ts'
import type { Chat, ChatReply } from '../../chat/chat.ts'
import { faultMessage } from '../../chat/fault-message.ts'
import { textMessage } from '../../messages/message.ts'
import type { ButtonTokens } from '../outbound/button-tokens.ts'
import type { DiscordCourier } from '../outbound/courier.ts'
import type { FirstMessageTracker } from '../outbound/first-message-tracker.ts'
import { render } from '../outbound/render/render.ts'
import type { Downloads } from './downloads.ts'
import type { Reply } from './reply.ts'
import { refusal, replyWith, replyWithTypedText } from './reply-payloads.ts'
import type { RequestContext } from './request-context.ts'

/** A request without a first message after this time gets a notice that it was accepted. */
const timeoutMs = 1500

export interface HandlerContext {
  easel: Easel
  chat: Chat
  clock: Clock
  ids: Ids
  log: Logger
  courier: DiscordCourier
  firstMessages: FirstMessageTracker
  buttonTokens: ButtonTokens
  downloads: Downloads
}

/** Submits a request. A refusal or a fault returns `typed` to the person. */
export async function imagine(
  context: HandlerContext,
  requester: RequestContext,
  request: ImagineRequest,
  typed: string,
): Promise<Reply | undefined> {
  return returningTyped(context, requester, typed, async () => {
    const reply = await context.chat.imagine(requester, request)
    return respond(requester, reply, typed) ?? (await acceptedNotice(context, requester, reply))
  })
}

/** Executes an action. `typed` as for `imagine`. */
export async function act(
  context: HandlerContext,
  requester: RequestContext,
  action: Action,
  typed = '',
): Promise<Reply | undefined> {
  return returningTyped(context, requester, typed, async () =>
    respond(requester, await context.chat.act(requester, action), typed),
  )
}

async function returningTyped(
  { log }: HandlerContext,
  { words }: RequestContext,
  typed: string,
  work: () => Promise<Reply | undefined>,
): Promise<Reply | undefined> {
  try {
    return await work()
  } catch (error) {
    return replyWithTypedText(faultMessage(error, words, log), words, typed)
  }
}

/** Discord's form of a reply of the chat core. */
export function respond({ words }: RequestContext, reply: ChatReply, typed = ''): Reply | undefined {
  switch (reply.kind) {
    case 'none':
      return undefined
    case 'message':
      return replyWith(reply.message, words)
    case 'refused':
      return refusal(reply.problems, words, typed)
    case 'accepted':
      return reply.message && { ...replyWith(reply.message, words), beside: true }
  }
}

/** The notice that a job was accepted, for an author whose job's first message is delayed. */
async function acceptedNotice(
  { firstMessages }: HandlerContext,
  { words }: RequestContext,
  reply: ChatReply,
): Promise<Reply | undefined> {
  const [job] = reply.kind === 'accepted' ? reply.jobs : []
  if (job === undefined || (await firstMessages.within(timeoutMs, job.id))) return undefined
  return { ...render(textMessage(words.discord.replies.accepted), words), beside: true }
}
