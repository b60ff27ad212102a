/** Forms from their opening, which is always the first answer, to what comes of them. */
import type { ButtonInteraction, ChatInputCommandInteraction, ModalSubmitInteraction } from 'discord.js'
import { problem } from '../../../app/problems.ts'
import { nearestNames } from '../../../nearest.ts'
import { textMessage } from '../../messages/message.ts'
import type { GivenFile } from '../inbound/downloads.ts'
import { withPictures } from '../inbound/given-pictures.ts'
import { act, type HandlerContext, imagine } from '../inbound/handler-context.ts'
import { refusal, replyWithTypedText } from '../inbound/outcome-replies.ts'
import { acknowledgeAndReply, attempt, type Reply, replyNow } from '../inbound/reply.ts'
import { filledByCourier, type RequestContext } from '../inbound/request-context.ts'
import { parseCustomId } from '../outbound/custom-id.ts'
import { render } from '../outbound/render.ts'
import { chosenPicture, readRemixForm, readSourceForm, remixForm, typedPrompt } from './paint-form.ts'
import { readSettingsForm, settingsForm } from './settings-form.ts'

export async function openRemix(
  { easel, config, log }: HandlerContext,
  { words }: RequestContext,
  button: ButtonInteraction,
  pictureId: string,
): Promise<void> {
  const found = easel.picture(pictureId)
  if (found === undefined) {
    const sentence = words.problems['picture-unknown']({ id: pictureId })
    return replyNow(button, { words, log }, () => render(textMessage(sentence), words))
  }
  const { order, promptAsTyped } = found.job
  const negative = order.kind === 'upscale' ? '' : (order.prompt.negative ?? '')
  const painted = { prompt: promptAsTyped, negative }
  const form = remixForm(pictureId, painted, config.limits.maxCount, words)
  await attempt(log, () => button.showModal(form))
}

export async function openSettings(
  { easel, config, log }: HandlerContext,
  { words, caller }: RequestContext,
  command: ChatInputCommandInteraction,
): Promise<void> {
  const choices = { models: easel.models().map(({ name }) => name), maxCount: config.limits.maxCount }
  const form = settingsForm(easel.settings(caller.person), choices, words)
  await attempt(log, () => command.showModal(form))
}

/** A form that came back. */
export async function handleSubmission(
  context: HandlerContext,
  requester: RequestContext,
  form: ModalSubmitInteraction,
): Promise<void> {
  const { words } = requester
  const parts = { words, log: context.log }
  const id = parseCustomId(form.customId)
  const action = id?.kind === 'own' ? id.action : undefined
  const about = id?.kind === 'own' ? (id.id ?? '') : ''
  switch (action) {
    case 'remix-form':
      return acknowledgeAndReply(form, 'silent', parts, () => remix(context, requester, form, about))
    case 'source-form': {
      const ackMode = requester.answersOnly ? 'public' : 'private'
      const who = requester.answersOnly ? filledByCourier(requester) : requester
      return acknowledgeAndReply(form, ackMode, parts, () => paintFrom(context, who, form, about))
    }
    case 'settings-form':
      return acknowledgeAndReply(form, 'private', parts, () => saveSettings(context, requester, form))
    default:
      return replyNow(form, parts, () => render(textMessage(words.discord.replies.unknownForm), words))
  }
}

async function remix(
  context: HandlerContext,
  requester: RequestContext,
  form: ModalSubmitInteraction,
  pictureId: string,
): Promise<Reply | undefined> {
  const read = readRemixForm(form)
  const typed = typedPrompt(form)
  if (read.kind === 'refused') return refusal(read.problems, requester.words, typed)
  return act(context, requester, { kind: 'remix', pictureId, request: read.request }, typed)
}

async function paintFrom(
  context: HandlerContext,
  requester: RequestContext,
  form: ModalSubmitInteraction,
  id: string,
): Promise<Reply | undefined> {
  const { words } = requester
  const read = readSourceForm(form)
  const typed = typedPrompt(form)
  if (read.kind === 'refused') return refusal(read.problems, words, typed)
  const { request } = read
  const file = waitingFile(context, form, id)
  if (file !== undefined) {
    const completed = await withPictures(context, request, { source: file }, words)
    if (completed.kind === 'refused') return replyWithTypedText(textMessage(completed.sentence), words, typed)
    return imagine(context, requester, completed.request, typed)
  }
  const pictureId = chosenPicture(form) ?? id
  if (context.easel.picture(pictureId) === undefined)
    return replyWithTypedText(textMessage(words.discord.confirm.tooLate), words, typed)
  const source = { kind: 'stored', pictureId } as const
  return imagine(context, requester, { ...request, source, parentPictureId: pictureId }, typed)
}

/** A stranger's picture; undefined where the form is about one of ours, or nothing waits under that id any more. */
function waitingFile(
  { sources }: HandlerContext,
  form: ModalSubmitInteraction,
  id: string,
): GivenFile | undefined {
  const files = sources.find(id)?.files ?? []
  return files[Number(chosenPicture(form) ?? 0)]
}

async function saveSettings(
  context: HandlerContext,
  { words, caller }: RequestContext,
  form: ModalSubmitInteraction,
): Promise<Reply | undefined> {
  const read = readSettingsForm(form)
  if (read.kind === 'refused') return refusal(read.problems, words)
  const { model } = read.settings
  const known = context.easel.models().map(({ name }) => name)
  if (model !== undefined && !known.includes(model)) {
    const nearest = nearestNames(model, known, 5)
    return refusal([problem('model-unknown', { name: model, known: nearest })], words)
  }
  const saved = await context.easel.saveSettings(caller.person, read.settings)
  if (saved.kind === 'refused') return refusal(saved.problems, words)
  return render(textMessage(words.discord.settings.saved), words)
}
