/** Form handlers: open forms, always as the first response, and handle their submissions. */
import type { ButtonInteraction, ChatInputCommandInteraction, ModalSubmitInteraction } from 'discord.js'
import { withFiles } from '../../chat/given-pictures.ts'
import { readPaintForm, typedForm } from '../../chat/paint-form.ts'
import { readSettings, typedSettings } from '../../chat/settings-form.ts'
import { textMessage } from '../../messages/message.ts'
import { act, type HandlerContext, imagine, respond } from '../inbound/handler-context.ts'
import { findPendingFiles } from '../inbound/pending-files.ts'
import { acknowledgeAndReply, attempt, type Reply, replyNow } from '../inbound/reply.ts'
import { refusal, replyWithTypedText } from '../inbound/reply-payloads.ts'
import { filledByCourier, type RequestContext } from '../inbound/request-context.ts'
import { parseCustomId } from '../outbound/render/custom-id.ts'
import { render } from '../outbound/render/render.ts'
import { formValues } from './fields.ts'
import { remixForm } from './paint-form.ts'
import { settingsForm } from './settings-form.ts'

export async function openRemix(
  context: HandlerContext,
  requester: RequestContext,
  button: ButtonInteraction,
  pictureId: string,
): Promise<void> {
  const { chat, log } = context
  const { words } = requester
  const remix = chat.remixStart(requester, pictureId)
  if (remix.kind === 'refused')
    return replyNow(button, { ...context, words }, () => refusal(remix.problems, words))
  await attempt(log, () => button.showModal(remixForm(remix.start, chat.formChoices(), words)))
}

export async function openSettings(
  { easel, chat, log }: HandlerContext,
  { words, caller }: RequestContext,
  command: ChatInputCommandInteraction,
): Promise<void> {
  const form = settingsForm(easel.settings(caller.person), chat.formChoices(), words)
  await attempt(log, () => command.showModal(form))
}

/** Handles the submission of a form. */
export async function handleSubmission(
  context: HandlerContext,
  requester: RequestContext,
  form: ModalSubmitInteraction,
): Promise<void> {
  const { words } = requester
  const parts = { ...context, words }
  const id = parseCustomId(form.customId)
  const action = id?.kind === 'own' ? id.action : undefined
  const about = id?.kind === 'own' ? (id.id ?? '') : ''
  switch (action) {
    case 'remix-form':
      return acknowledgeAndReply(form, 'silent', parts, () => remix(context, requester, form, about))
    case 'source-form': {
      const ackMode = requester.answersOnly ? 'public' : 'private'
      const author = requester.answersOnly ? filledByCourier(requester) : requester
      return acknowledgeAndReply(form, ackMode, parts, () => paintFrom(context, author, form, about))
    }
    case 'settings-form':
      return acknowledgeAndReply(form, 'private', parts, () => saveSettings(context, requester, form))
    default:
      return replyNow(form, parts, () => render(textMessage(words.chat.replies.unknownForm), words))
  }
}

async function remix(
  context: HandlerContext,
  requester: RequestContext,
  form: ModalSubmitInteraction,
  pictureId: string,
): Promise<Reply | undefined> {
  const values = formValues(form)
  const { request } = readPaintForm('remix', values)
  return act(context, requester, { kind: 'remix', pictureId, request }, typedForm(values))
}

async function paintFrom(
  context: HandlerContext,
  requester: RequestContext,
  form: ModalSubmitInteraction,
  id: string,
): Promise<Reply | undefined> {
  const { words } = requester
  const values = formValues(form)
  const typed = typedForm(values)
  const { request, which } = readPaintForm('source', values)
  const file = findPendingFiles(context.easel, id, requester.caller.person)[Number(which ?? 0)]
  if (file !== undefined) {
    const given = [{ use: 'source', file }] as const
    const complete = await withFiles(request, given, one => context.downloads.fetch(one))
    return imagine(context, requester, complete, typed)
  }
  const pictureId = which ?? id
  if (context.easel.picture(pictureId, requester.caller) === undefined)
    return replyWithTypedText(textMessage(words.chat.confirm.tooLate), words, typed)
  const source = { kind: 'stored', pictureId } as const
  return imagine(context, requester, { ...request, source, parentPictureId: pictureId }, typed)
}

async function saveSettings(
  context: HandlerContext,
  requester: RequestContext,
  form: ModalSubmitInteraction,
): Promise<Reply | undefined> {
  const values = formValues(form)
  const typed = typedSettings(values)
  const read = readSettings(values)
  if (read.kind === 'read')
    return respond(requester, await context.chat.saveSettings(requester, read.settings), typed)
  const problems = read.problems.map(({ problem }) => problem)
  return refusal(problems, requester.words, typed)
}
