/** A person's own defaults as a form. */
import type { APIModalInteractionResponseCallbackData, ModalSubmitInteraction } from 'discord.js'
import type { ImagineRequest } from '../../app/requests.ts'
import type { PersonSettings } from '../../app/views.ts'
import type { Words } from '../../words/en.ts'
import type { FlagName } from '../flags.ts'
import { ownId } from './custom-id.ts'
import { fieldOf, fitsSelect, selectField, textField } from './form-fields.ts'
import { readFlag } from './imagine-options.ts'
import type { ReadForm } from './paint-form.ts'

/** Fields that hold what a flag of the same name would be given. */
const flagFields = ['model', 'size', 'n', 'no', 'refine'] as const satisfies readonly FlagName[]

/** No default of one's own. */
const asUsual = '-'

export function settingsForm(
  settings: PersonSettings,
  { models, maxCount }: { models: readonly string[]; maxCount: number },
  words: Words,
): APIModalInteractionResponseCallbackData {
  const { form, settings: said } = words.discord
  const { model, size, count, negative, refine } = settings
  const usual = { label: form.usual, value: asUsual }
  const named = (names: readonly string[]) => [usual, ...names.map(name => ({ label: name, value: name }))]
  const counts = Array.from({ length: maxCount }, (_, i) => String(i + 1))
  return {
    custom_id: ownId('settings-form'),
    title: said.title,
    components: [
      fitsSelect(models)
        ? selectField({
            id: 'model',
            label: form.model,
            options: named(models),
            chosen: models.includes(model ?? '') ? model : asUsual,
          })
        : textField({ id: 'model', label: form.model, value: model }),
      textField({
        id: 'size',
        label: said.size,
        hint: words.expectations.size,
        value: size && `${size.widthPx}x${size.heightPx}`,
      }),
      selectField({
        id: 'n',
        label: form.count,
        options: named(counts),
        chosen: count === undefined ? asUsual : String(count),
      }),
      textField({ id: 'no', label: said.negative, value: negative }),
      selectField({
        id: 'refine',
        label: form.refine,
        options: [usual, { label: form.yes, value: 'on' }],
        chosen: refine === true ? 'on' : asUsual,
      }),
    ],
  }
}

export type ReadSettings = { kind: 'read'; settings: PersonSettings } | Extract<ReadForm, { kind: 'refused' }>

/** What was left empty is no default any more. */
export function readSettingsForm(submitted: ModalSubmitInteraction): ReadSettings {
  const request: ImagineRequest = { prompt: '' }
  const problems = flagFields.flatMap(flag => {
    const value = fieldOf(submitted, flag)?.trim() ?? ''
    return value === '' || value === asUsual ? [] : (readFlag(flag, value, request) ?? [])
  })
  if (problems.length > 0) return { kind: 'refused', problems }
  const { model, size, count, negative, refine } = request
  return {
    kind: 'read',
    settings: {
      ...(model === undefined ? {} : { model }),
      ...(size === undefined ? {} : { size }),
      ...(count === undefined ? {} : { count }),
      ...(negative === undefined ? {} : { negative }),
      ...(refine === true ? { refine } : {}),
    },
  }
}
