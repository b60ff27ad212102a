/** The modals of Remix and Use as source. Pure. */
import type { APIModalInteractionResponseCallbackData } from 'discord.js'
import type { Words } from '../../../words/en.ts'
import type { RemixValues } from '../../chat/chat.ts'
import type { FormPrompts } from '../../chat/message-picture.ts'
import { type FormChoices, paintFields, pictureChoiceField, promptField } from '../../chat/paint-form.ts'
import { ownId } from '../outbound/render/custom-id.ts'
import { modal } from './fields.ts'

export function remixForm(
  { pictureId, prompt, negative }: RemixValues,
  choices: FormChoices,
  words: Words,
): APIModalInteractionResponseCallbackData {
  const fields = paintFields({ kind: 'remix', prompt, negative }, choices, words)
  const form = { customId: ownId('remix-form', pictureId), title: words.chat.remix }
  return modal(form, fields, [promptField, 'no', 'ar', 'n'])
}

/** `id` is one of our pictures or a pending form; the person chooses one of `pictures`. */
export function sourceForm(
  id: string,
  pictures: readonly string[],
  prompts: FormPrompts,
  choices: FormChoices,
  words: Words,
): APIModalInteractionResponseCallbackData {
  const fields = paintFields({ kind: 'source', ...prompts, pictures }, choices, words)
  const form = { customId: ownId('source-form', id), title: words.chat.useAsSource }
  return modal(form, fields, [promptField, pictureChoiceField, 'no', 'strength'])
}
