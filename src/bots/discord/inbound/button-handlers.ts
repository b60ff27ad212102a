/** Button handlers, for results and for confirmations. */
import type { ButtonInteraction } from 'discord.js'
import { meaningOf, type Question } from '../../messages/buttons.ts'
import { textMessage } from '../../messages/message.ts'
import { openRemix } from '../forms/form-handlers.ts'
import { parseCustomId } from '../outbound/render/custom-id.ts'
import { render } from '../outbound/render/render.ts'
import { act, type HandlerContext, respond } from './handler-context.ts'
import { acknowledgeAndReply, attempt, faultReply, replyNow } from './reply.ts'
import { type RequestContext, tokenLifeMs } from './request-context.ts'

/** Handles a button by its id alone, because all state is in the database. */
export async function handleButton(
  context: HandlerContext,
  requester: RequestContext,
  button: ButtonInteraction,
): Promise<void> {
  const { log } = context
  const { words } = requester
  const id = parseCustomId(button.customId)
  if (id?.kind !== 'button') {
    return acknowledgeAndReply(button, 'silent', { ...context, words }, async () =>
      render(textMessage(words.chat.replies.unknownButton), words),
    )
  }
  const meaning = meaningOf(id.target)
  switch (meaning.kind) {
    case 'remix':
      await attempt(log, () => openRemix(context, requester, button, meaning.pictureId))
      return
    case 'more':
      return acknowledgeAndReply(button, 'private', { ...context, words }, async () =>
        respond(requester, context.chat.more(requester, meaning.pictureId)),
      )
    case 'topic':
      return replyNow(button, { ...context, words }, () => {
        const reply = respond(requester, context.chat.topic(requester, meaning.name))
        return reply ?? render(textMessage(words.chat.replies.unknownButton), words)
      })
    case 'answer':
      return handleAnswer(context, requester, button, meaning.question)
    case 'action': {
      const { action } = meaning
      if (action.kind === 'delete') return handleDelete(context, requester, button, action.jobId)
      // Info shows texts of a job, so its message is recorded before it is sent. Most other actions have no reply.
      const ackMode = action.kind === 'info' ? 'private' : 'silent'
      return acknowledgeAndReply(button, ackMode, { ...context, words }, () =>
        act(context, requester, action),
      )
    }
  }
}

/**
 * Asks first. Where only answers are possible, an old message can be deleted by this press's token alone, so that it is
 * kept for as long as it lives.
 */
function handleDelete(
  context: HandlerContext,
  requester: RequestContext,
  button: ButtonInteraction,
  jobId: string,
): Promise<void> {
  const { clock, buttonTokens } = context
  buttonTokens.remember(button.message.id, button.token, clock.now() + tokenLifeMs)
  return acknowledgeAndReply(button, 'silent', { ...context, words: requester.words }, async () =>
    respond(requester, context.chat.askToDelete(requester, jobId)),
  )
}

/**
 * The reply replaces the question, unless another person pressed: in some places others see the question too. After a refusal
 * or a fault the question stays, because all that was typed depends on it.
 */
function handleAnswer(
  context: HandlerContext,
  requester: RequestContext,
  button: ButtonInteraction,
  question: Question,
): Promise<void> {
  const { chat, log } = context
  const { words } = requester
  const ackMode = chat.isQuestionFor(requester, question) ? 'replace' : 'silent'
  return acknowledgeAndReply(button, ackMode, { ...context, words }, async () => {
    try {
      const reply = await chat.answer(requester, question)
      const shown = respond(requester, reply) ?? render(textMessage(words.discord.replies.accepted), words)
      return reply.kind === 'refused' ? { ...shown, keepsQuestion: true } : shown
    } catch (error) {
      return { ...faultReply(error, words, log), keepsQuestion: true }
    }
  })
}
