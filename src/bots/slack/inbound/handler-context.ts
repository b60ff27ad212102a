/** Handler context: the dependencies of this adapter's handlers, and their common calls of the chat core. */
import type { Easel } from '../../../app/easel.ts'
import type { Action, ImagineRequest } from '../../../app/requests.ts'
import type { Clock, Logger } from '../../../system/ports.ts'
import { type Chat, type ChatReply, problemMessage } from '../../chat/chat.ts'
import type { Question } from '../../messages/buttons.ts'
import { type Message, textMessage } from '../../messages/message.ts'
import { workspaceOf, writeReplyAddress } from '../outbound/address.ts'
import type { SlackCourier } from '../outbound/courier.ts'
import { refusalSentence } from '../outbound/delivery/refusal-reasons.ts'
import type { EphemeralMessages, Reply, SendEphemeral } from '../outbound/ephemeral-messages.ts'
import type { FileStates } from '../outbound/file-states.ts'
import type { Messages } from '../outbound/messages.ts'
import { render } from '../outbound/render.ts'
import type { Uploads } from '../outbound/uploads.ts'
import type { SlackApi } from '../transport/api.ts'
import type { Downloads } from './downloads.ts'
import type { Channels } from './lookups/channels.ts'
import type { RequestContext, RequestContexts } from './request-context.ts'

export interface HandlerContext {
  easel: Easel
  chat: Chat
  clock: Clock
  log: Logger
  api: SlackApi
  messages: Messages
  uploads: Uploads
  files: FileStates
  courier: SlackCourier
  requestContexts: RequestContexts
  channels: Channels
  downloads: Downloads
  ephemeralMessages: EphemeralMessages
  /** The key that signs the metadata of forms. */
  formSecret: string
}

/** `sendEphemeral` reaches the requester later, if the courier cannot post in the conversation. */
export function imagine(
  context: HandlerContext,
  requester: RequestContext,
  request: ImagineRequest,
  sendEphemeral: SendEphemeral,
): Promise<ChatReply> {
  return withAcceptedNotice(context, requester, sendEphemeral, () => context.chat.imagine(requester, request))
}

export async function act(
  context: HandlerContext,
  requester: RequestContext,
  action: Action,
  sendEphemeral: SendEphemeral,
): Promise<ChatReply> {
  const reply = await context.chat.act(requester, action)
  rememberRequester(context, requester, reply, sendEphemeral)
  return reply
}

/** Executes a confirmed question. */
export function answer(
  context: HandlerContext,
  requester: RequestContext,
  question: Question,
  sendEphemeral: SendEphemeral,
): Promise<ChatReply> {
  return withAcceptedNotice(context, requester, sendEphemeral, () => context.chat.answer(requester, question))
}

/**
 * The hint on enabling replies here, if a message would be refused. `now`: by a fresh look-up; otherwise a cached result without a
 * refusal suffices.
 */
export async function permissionHint(
  { channels }: HandlerContext,
  { workspace, place, caller, words }: RequestContext,
  asOf: 'now' | 'lately',
): Promise<string | undefined> {
  const refusal =
    asOf === 'now'
      ? await channels.refusalIn(workspace, place.channel)
      : await channels.cachedRefusalIn(workspace, place.channel)
  return refusal === undefined ? undefined : refusalSentence(refusal, caller.conversation, words)
}

/** A reply of the chat core in Slack's form. */
export async function payloadOf(
  context: HandlerContext,
  requester: RequestContext,
  reply: ChatReply,
): Promise<Reply | undefined> {
  const { words } = requester
  switch (reply.kind) {
    case 'none':
      return undefined
    case 'message':
      return replyWith(context, requester, reply.message)
    case 'refused':
      return render(problemMessage(reply.problems, words), words)
    case 'accepted':
      return reply.message && replyWith(context, requester, reply.message)
  }
}

/**
 * The message as a reply to one person. It is recorded before it is sent, to be named when its jobs are deleted: Slack lets
 * nobody delete an ephemeral message, except by a press in that message itself (docs.slack.dev: modifying messages).
 */
export async function replyWith(
  { easel }: HandlerContext,
  { caller, words }: RequestContext,
  message: Message,
): Promise<Reply> {
  const { jobIds = [] } = message
  if (jobIds.length === 0) return render(message, words)
  if (!(await easel.recordReply({ id: caller.eventId, jobIds })))
    return render(textMessage(words.chat.replies.notMine), words)
  return { ...render(message, words), jobIds }
}

/**
 * Sends replies as ephemeral messages. One that Slack takes only as a direct message is recorded again, with its address,
 * because such a message can be deleted; if one of its jobs was removed meanwhile, it is deleted at once.
 */
export function ephemeralSender(
  { easel, messages }: HandlerContext,
  { workspace, place, caller }: RequestContext,
): SendEphemeral {
  return async ({ jobIds = [], ...payload }) => {
    const direct = await messages.postEphemeral(workspace, place, caller.person.userId, payload)
    if (direct === undefined || jobIds.length === 0) return
    const address = writeReplyAddress({ direct: { ...workspaceOf(caller.conversation), ...direct } })
    const isKept = await easel.recordReply({ id: caller.eventId, jobIds, deletion: { address } })
    if (!isKept) await messages.remove(workspace, direct)
  }
}

/** Adds the notice that a job was accepted, if its first message is delayed. */
async function withAcceptedNotice(
  context: HandlerContext,
  requester: RequestContext,
  sendEphemeral: SendEphemeral,
  work: () => Promise<ChatReply>,
): Promise<ChatReply> {
  const isSoon = context.messages.canPostSoon(requester.workspace, requester.place)
  const reply = await work()
  rememberRequester(context, requester, reply, sendEphemeral)
  // A card and a placeholder for each job.
  if (reply.kind === 'accepted')
    context.messages.expect(requester.workspace, requester.place, reply.jobs.length + 1)
  if (reply.kind !== 'accepted' || reply.message !== undefined || isSoon) return reply
  return { ...reply, message: textMessage(requester.words.slack.replies.accepted) }
}

/**
 * Remembers the requester. A job whose conversation refuses the bot is cancelled, and the requester gets the reason, once for all
 * jobs of the request. A result that is finished by then arrives in another way.
 */
function rememberRequester(
  context: HandlerContext,
  requester: RequestContext,
  reply: ChatReply,
  sendEphemeral: SendEphemeral,
): void {
  if (reply.kind !== 'accepted') return
  // The jobs of a request are opened one after the other.
  let isNotified = false
  for (const { id } of reply.jobs) {
    context.ephemeralMessages.remember(id, async (payload, occasion) => {
      if (occasion === 'unopened') {
        const outcome = await context.easel.cancelUnopened(id, requester.caller)
        if (outcome.kind !== 'cancelled') return
      }
      if (isNotified) return
      await sendEphemeral(payload)
      isNotified = true
    })
  }
}
