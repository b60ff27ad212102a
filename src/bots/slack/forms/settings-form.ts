/** The modal for a person's defaults. Pure. */
import type { ModalView } from '@slack/types'
import type { PersonSettings } from '../../../app/views/views.ts'
import type { Words } from '../../../words/en.ts'
import type { FormChoices } from '../../chat/paint-form.ts'
import { settingsFields } from '../../chat/settings-form.ts'
import { inputBlocks, plain } from './fields.ts'

export const settingsForm = 'settings'

export function settingsView(settings: PersonSettings, choices: FormChoices, words: Words): ModalView {
  return {
    type: 'modal',
    callback_id: settingsForm,
    title: plain(words.chat.settings.title),
    submit: plain(words.chat.settings.save),
    close: plain(words.slack.form.close),
    blocks: inputBlocks(settingsFields(settings, choices, words)),
  }
}
