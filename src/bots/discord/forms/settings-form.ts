/** The modal for a person's defaults. Pure. */
import type { APIModalInteractionResponseCallbackData } from 'discord.js'
import type { PersonSettings } from '../../../app/views/views.ts'
import type { Words } from '../../../words/en.ts'
import type { FormChoices } from '../../chat/paint-form.ts'
import { settingsFields } from '../../chat/settings-form.ts'
import { ownId } from '../outbound/render/custom-id.ts'
import { modal } from './fields.ts'

export function settingsForm(
  settings: PersonSettings,
  choices: FormChoices,
  words: Words,
): APIModalInteractionResponseCallbackData {
  const fields = settingsFields(settings, choices, words)
  const form = { customId: ownId('settings-form'), title: words.chat.settings.title }
  return modal(
    form,
    fields,
    fields.map(({ id }) => id),
  )
}
