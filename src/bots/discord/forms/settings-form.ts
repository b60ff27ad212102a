/** A person's own defaults as a form. */
import type { APIModalInteractionResponseCallbackData, ModalSubmitInteraction } from 'discord.js'
import type { PersonSettings } from '../../../app/views.ts'
import type { Words } from '../../../words/en.ts'
import { type ReadSettings, readSettings, settingsFields } from '../../grammar/settings.ts'
import { ownId } from '../outbound/custom-id.ts'
import { fieldOf, fitsSelect, selectField, textField } from './fields.ts'

/** No default of one's own. */
const asUsual = '-'

export function settingsForm(
  settings: PersonSettings,
  { models, maxCount }: { models: readonly string[]; maxCount: number },
  words: Words,
): APIModalInteractionResponseCallbackData {
  const { form, settings: labels } = words.discord
  const { model, size, count, negative, refine } = settings
  const usual = { label: form.usual, value: asUsual }
  const named = (names: readonly string[]) => [usual, ...names.map(name => ({ label: name, value: name }))]
  const counts = Array.from({ length: maxCount }, (_, i) => String(i + 1))
  return {
    custom_id: ownId('settings-form'),
    title: labels.title,
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
        label: labels.size,
        hint: words.expectations.size,
        value: size && `${size.widthPx}x${size.heightPx}`,
      }),
      selectField({
        id: 'n',
        label: form.count,
        options: named(counts),
        chosen: count === undefined ? asUsual : String(count),
      }),
      textField({ id: 'no', label: labels.negative, value: negative }),
      selectField({
        id: 'refine',
        label: form.refine,
        options: [usual, { label: form.yes, value: 'on' }],
        chosen: refine === true ? 'on' : asUsual,
      }),
    ],
  }
}

/** What was left empty is no default any more. */
export function readSettingsForm(submitted: ModalSubmitInteraction): ReadSettings {
  const filledIn = settingsFields.flatMap(name => {
    const value = fieldOf(submitted, name)
    return value === undefined || value === asUsual ? [] : [[name, value]]
  })
  return readSettings(Object.fromEntries(filledIn))
}
