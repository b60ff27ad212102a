/** Handler context: what every handler of this adapter works with, and the calls of app/ that they share. */
import type { ActOutcome, Easel } from '../../../app/easel.ts'
import type { Action, ImagineRequest } from '../../../app/requests.ts'
import type { Config } from '../../../config.ts'
import type { Clock, Ids, Logger } from '../../../ports.ts'
import type { Words } from '../../../words/en.ts'
import { textMessage } from '../../messages/message.ts'
import type { DiscordCourier } from '../outbound/courier.ts'
import type { FirstMessageTracker } from '../outbound/first-message-tracker.ts'
import { render } from '../outbound/render.ts'
import type { Downloads } from './downloads.ts'
import { outcomeReply } from './outcome-replies.ts'
import type { Pending, PendingRequest, PendingSource } from './pending-requests.ts'
import type { Reply } from './reply.ts'
import type { RequestContext } from './request-context.ts'

/** How long a request may go without its first message before its author is told that it was accepted. */
const timeoutMs = 1500

export interface HandlerContext {
  easel: Easel
  config: Config
  clock: Clock
  ids: Ids
  log: Logger
  courier: DiscordCourier
  firstMessages: FirstMessageTracker
  downloads: Downloads
  requests: Pending<PendingRequest>
  sources: Pending<PendingSource>
}

/** `typed` is what is given back where the request is refused, so that nobody writes it again. */
export async function imagine(
  context: HandlerContext,
  requester: RequestContext,
  request: ImagineRequest,
  typed: string,
  options?: { confirmed: boolean },
): Promise<Reply | undefined> {
  const { caller, words } = requester
  const outcome = await context.easel.imagine(request, caller, options)
  const pendingId = context.ids.next()
  if (outcome.kind === 'confirm') {
    const { eventId, person } = caller
    context.requests.add(pendingId, { request, eventId, userId: person.userId })
  }
  return outcomeReply(outcome, words, { pendingId, typed }) ?? acceptedNotice(context, outcome, words)
}

/** Tells an author whose job's first message has to wait for others that the job was accepted. */
async function acceptedNotice(
  { firstMessages }: HandlerContext,
  outcome: ActOutcome,
  words: Words,
): Promise<Reply | undefined> {
  const [job] = outcome.kind === 'accepted' ? outcome.jobs : []
  if (job === undefined || (await firstMessages.within(timeoutMs, job.id))) return undefined
  return { ...render(textMessage(words.discord.replies.accepted), words), beside: true }
}

export async function act(
  context: HandlerContext,
  { caller, words }: RequestContext,
  action: Action,
  typed = '',
): Promise<Reply | undefined> {
  const outcome: ActOutcome = await context.easel.act(action, caller)
  return outcomeReply(outcome, words, { pendingId: context.ids.next(), typed })
}
