/** Button handlers: under results, and in questions to one person. */
import type { ButtonInteraction } from 'discord.js'
import { problem } from '../../../app/problems.ts'
import { actionOf } from '../../messages/buttons.ts'
import { textMessage } from '../../messages/message.ts'
import { openRemix } from '../forms/form-handlers.ts'
import { parseCustomId } from '../outbound/custom-id.ts'
import { render } from '../outbound/render.ts'
import { forget } from './command-handlers.ts'
import { act, type HandlerContext, imagine } from './handler-context.ts'
import { refusal } from './outcome-replies.ts'
import type { PendingRequest } from './pending-requests.ts'
import { acknowledgeAndReply, attempt, type Reply } from './reply.ts'
import { type RequestContext, tokenLifeMs } from './request-context.ts'

/** All state is in the database: a button needs its id and nothing else. */
export async function handleButton(
  context: HandlerContext,
  requester: RequestContext,
  button: ButtonInteraction,
): Promise<void> {
  const { log } = context
  const { words } = requester
  const parts = { words, log }
  const id = parseCustomId(button.customId)
  if (id?.kind === 'own' && id.action === 'forget')
    return acknowledgeAndReply(button, 'replace', parts, () => forget(context, requester))
  if (id?.kind === 'own' && id.action === 'confirm') return confirm(context, requester, button, id.id ?? '')
  if (id?.kind !== 'button') {
    return acknowledgeAndReply(button, 'silent', parts, async () =>
      render(textMessage(words.discord.replies.unknownButton), words),
    )
  }
  const action = actionOf(id.target)
  if (action?.kind === 'delete') return handleDelete(context, requester, button, action.jobId)
  if (action !== undefined)
    return acknowledgeAndReply(button, 'silent', parts, () => act(context, requester, action))
  await attempt(log, () => openRemix(context, requester, button, id.target.targetId))
}

/** Where only answers are possible, the message of an old one can be taken away by this press's token alone. */
async function handleDelete(
  context: HandlerContext,
  requester: RequestContext,
  button: ButtonInteraction,
  jobId: string,
): Promise<void> {
  const { log, easel, clock } = context
  await acknowledgeAndReply(button, 'silent', { words: requester.words, log }, () =>
    act(context, requester, { kind: 'delete', jobId }),
  )
  const isOld = clock.now() - button.message.createdTimestamp > tokenLifeMs
  if (requester.answersOnly && isOld && easel.job(jobId) === undefined)
    await attempt(log, () => button.deleteReply())
}

/** Answered over the question, which in some places others see too: theirs it is not. */
function confirm(
  context: HandlerContext,
  requester: RequestContext,
  button: ButtonInteraction,
  pendingId: string,
): Promise<void> {
  const { words, caller } = requester
  const parts = { words, log: context.log }
  const pending = context.requests.find(pendingId)
  if (pending === undefined) {
    const { tooLate } = words.discord.confirm
    return acknowledgeAndReply(button, 'replace', parts, async () => render(textMessage(tooLate), words))
  }
  return pending.userId === caller.person.userId
    ? acknowledgeAndReply(button, 'replace', parts, () => confirmed(context, requester, pending))
    : acknowledgeAndReply(button, 'silent', parts, async () => refusal([problem('not-yours', {})], words))
}

/** The same event as the request that asked: a second yes is the same request. */
async function confirmed(
  context: HandlerContext,
  requester: RequestContext,
  { request, eventId }: PendingRequest,
): Promise<Reply | undefined> {
  const { words, caller } = requester
  const again = { ...requester, caller: { ...caller, eventId } }
  const refused = await imagine(context, again, request, '', { confirmed: true })
  return refused ?? render(textMessage(words.discord.replies.accepted), words)
}
