/** A person's own defaults as a form, in a modal and on the app's home. Pure. */
import type { KnownBlock, ModalView } from '@slack/types'
import type { ImagineRequest } from '../../../app/requests.ts'
import type { PersonSettings } from '../../../app/views.ts'
import type { Words } from '../../../words/en.ts'
import type { FlagName } from '../../grammar/flags.ts'
import { settingsOf } from '../../grammar/settings.ts'
import { checkField, FormValues, plain, selectField, textField } from './fields.ts'
import { readFlagFields } from './flag-fields.ts'
import type { FormChoices } from './paint-form.ts'

export const settingsForm = 'settings'
export const saveSettings = 'save-settings'

/** Fields that hold what a flag of the same name would be given. */
const flagFields = ['model', 'size', 'n', 'no'] as const satisfies readonly FlagName[]

export function settingsView(settings: PersonSettings, choices: FormChoices, words: Words): ModalView {
  const { form, settings: labels } = words.slack
  return {
    type: 'modal',
    callback_id: settingsForm,
    title: plain(labels.title),
    submit: plain(labels.save),
    close: plain(form.close),
    blocks: settingsFields(settings, choices, words),
  }
}

export function settingsFields(settings: PersonSettings, choices: FormChoices, words: Words): KnownBlock[] {
  const { form, settings: labels } = words.slack
  const { size } = settings
  const counts = Array.from({ length: choices.maxCount }, (_, i) => String(i + 1))
  const named = (names: readonly string[]) => names.map(name => ({ label: name, value: name }))
  const sizeText = size === undefined ? '' : `${size.widthPx}x${size.heightPx}`
  return [
    ...(choices.models.length === 0
      ? []
      : [
          selectField({
            id: 'model',
            label: form.model,
            optional: true,
            choices: named(choices.models),
            value: settings.model ?? '',
          }),
        ]),
    textField({
      id: 'size',
      label: labels.size,
      hint: words.expectations.size,
      optional: true,
      value: sizeText,
    }),
    selectField({
      id: 'n',
      label: form.count,
      optional: true,
      choices: named(counts),
      value: String(settings.count ?? ''),
    }),
    textField({ id: 'no', label: labels.negative, optional: true, value: settings.negative ?? '' }),
    checkField({
      id: 'refine',
      label: form.refine,
      optional: true,
      choice: { label: form.refineYes, value: 'refine' },
      checked: settings.refine === true,
    }),
  ]
}

export type ReadSettings =
  | { kind: 'read'; settings: PersonSettings }
  | { kind: 'wrong'; errors: Record<string, string> }

/** What was left empty is no default any more. */
export function readSettingsForm(values: unknown, words: Words): ReadSettings {
  const answers = new FormValues(values)
  const request: ImagineRequest = { prompt: '' }
  const errors = readFlagFields(answers, flagFields, request, words)
  if (Object.keys(errors).length > 0) return { kind: 'wrong', errors }
  const refine = answers.checked('refine') || undefined
  return { kind: 'read', settings: settingsOf({ ...request, refine }) }
}
