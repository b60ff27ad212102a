/** Forms from their opening, which is always the first answer, to what comes of them. */
import type { ButtonInteraction, ChatInputCommandInteraction, ModalSubmitInteraction } from 'discord.js'
import { problem } from '../../../app/problems.ts'
import { nearestNames } from '../../../nearest.ts'
import { textMessage } from '../../messages/message.ts'
import { answer, answerNow, attempt, type Said } from '../inbound/reply.ts'
import { type Asker, filledByCourier } from '../inbound/request-context.ts'
import { parseCustomId } from '../outbound/custom-id.ts'
import { act, type Desk, imagine } from '../inbound/handler-context.ts'
import type { GivenFile } from '../inbound/downloads.ts'
import { givingBack, refusal } from '../inbound/outcome-replies.ts'
import { chosenPicture, readRemixForm, readSourceForm, remixForm, typedPrompt } from './paint-form.ts'
import { withPictures } from '../inbound/given-pictures.ts'
import { render } from '../outbound/render.ts'
import { readSettingsForm, settingsForm } from './settings-form.ts'

export async function openRemix(
  { easel, config, log }: Desk,
  { words }: Asker,
  button: ButtonInteraction,
  pictureId: string,
): Promise<void> {
  const found = easel.picture(pictureId)
  if (found === undefined) {
    const sentence = words.problems['picture-unknown']({ id: pictureId })
    return answerNow(button, { words, log }, () => render(textMessage(sentence), words))
  }
  const { order, promptAsTyped } = found.job
  const negative = order.kind === 'upscale' ? '' : (order.prompt.negative ?? '')
  const painted = { prompt: promptAsTyped, negative }
  const form = remixForm(pictureId, painted, config.limits.maxCount, words)
  await attempt(log, () => button.showModal(form))
}

export async function openSettings(
  { easel, config, log }: Desk,
  { words, caller }: Asker,
  command: ChatInputCommandInteraction,
): Promise<void> {
  const choices = { models: easel.models().map(({ name }) => name), maxCount: config.limits.maxCount }
  const form = settingsForm(easel.settings(caller.person), choices, words)
  await attempt(log, () => command.showModal(form))
}

/** A form that came back. */
export async function submitted(desk: Desk, asker: Asker, form: ModalSubmitInteraction): Promise<void> {
  const { words } = asker
  const parts = { words, log: desk.log }
  const id = parseCustomId(form.customId)
  const action = id?.kind === 'own' ? id.action : undefined
  const about = id?.kind === 'own' ? (id.id ?? '') : ''
  switch (action) {
    case 'remix-form':
      return answer(form, 'quiet', parts, () => remix(desk, asker, form, about))
    case 'source-form': {
      const manner = asker.answersOnly ? 'public' : 'private'
      const who = asker.answersOnly ? filledByCourier(asker) : asker
      return answer(form, manner, parts, () => paintFrom(desk, who, form, about))
    }
    case 'settings-form':
      return answer(form, 'private', parts, () => saveSettings(desk, asker, form))
    default:
      return answerNow(form, parts, () => render(textMessage(words.discord.said.unknownForm), words))
  }
}

async function remix(
  desk: Desk,
  asker: Asker,
  form: ModalSubmitInteraction,
  pictureId: string,
): Promise<Said> {
  const read = readRemixForm(form)
  const typed = typedPrompt(form)
  if (read.kind === 'refused') return refusal(read.problems, asker.words, typed)
  return act(desk, asker, { kind: 'remix', pictureId, request: read.request }, typed)
}

async function paintFrom(desk: Desk, asker: Asker, form: ModalSubmitInteraction, id: string): Promise<Said> {
  const { words } = asker
  const read = readSourceForm(form)
  const typed = typedPrompt(form)
  if (read.kind === 'refused') return refusal(read.problems, words, typed)
  const { request } = read
  const file = waitingFile(desk, form, id)
  if (file !== undefined) {
    const completed = await withPictures(desk, request, { source: file }, words)
    if (completed.kind === 'refused') return givingBack(textMessage(completed.sentence), words, typed)
    return imagine(desk, asker, completed.request, typed)
  }
  const pictureId = chosenPicture(form) ?? id
  if (desk.easel.picture(pictureId) === undefined)
    return givingBack(textMessage(words.discord.confirm.tooLate), words, typed)
  const source = { kind: 'stored', pictureId } as const
  return imagine(desk, asker, { ...request, source, parentPictureId: pictureId }, typed)
}

/** A stranger's picture; undefined where the form is about one of ours, or nothing waits under that id any more. */
function waitingFile({ sources }: Desk, form: ModalSubmitInteraction, id: string): GivenFile | undefined {
  const files = sources.find(id)?.files ?? []
  return files[Number(chosenPicture(form) ?? 0)]
}

async function saveSettings(
  desk: Desk,
  { words, caller }: Asker,
  form: ModalSubmitInteraction,
): Promise<Said> {
  const read = readSettingsForm(form)
  if (read.kind === 'refused') return refusal(read.problems, words)
  const { model } = read.settings
  const known = desk.easel.models().map(({ name }) => name)
  if (model !== undefined && !known.includes(model)) {
    const nearest = nearestNames(model, known, 5)
    return refusal([problem('model-unknown', { name: model, known: nearest })], words)
  }
  await desk.easel.saveSettings(caller.person, read.settings)
  return render(textMessage(words.discord.settings.saved), words)
}
