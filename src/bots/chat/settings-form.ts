/** The form for a person's defaults: its fields, and the settings from a submission. Pure. */
import type { ImagineRequest } from '../../app/requests.ts'
import type { PersonSettings } from '../../app/views/views.ts'
import type { Words } from '../../words/en.ts'
import { appendFlags } from '../grammar/command-line.ts'
import type { FlagName } from '../grammar/flags.ts'
import { type FieldProblem, filledFlags, readFlagFields } from './flag-fields.ts'
import { choicesOf, countChoices, type FormField, type FormValues } from './form-field.ts'
import type { FormChoices } from './paint-form.ts'

const flagFields = ['model', 'size', 'n', 'no', 'refine'] as const satisfies readonly FlagName[]

export function settingsFields(
  { model, size, count, negative, refine }: PersonSettings,
  { models, maxCount }: Pick<FormChoices, 'models' | 'maxCount'>,
  words: Words,
): FormField[] {
  const { form, settings } = words.chat
  return [
    {
      kind: 'choice',
      id: 'model',
      label: form.model,
      choices: choicesOf(models),
      chosen: model,
      none: form.usual,
    },
    {
      kind: 'text',
      id: 'size',
      label: settings.size,
      hint: words.expectations.size,
      value: size && `${size.widthPx}x${size.heightPx}`,
    },
    {
      kind: 'choice',
      id: 'n',
      label: form.count,
      choices: countChoices(maxCount),
      chosen: count === undefined ? undefined : String(count),
      none: form.usual,
    },
    { kind: 'text', id: 'no', label: settings.negative, value: negative },
    {
      kind: 'check',
      id: 'refine',
      label: form.refiner,
      statement: form.refine,
      yes: form.yes,
      none: form.usual,
      isChecked: refine === true,
    },
  ]
}

export type ReadSettings =
  | { kind: 'read'; settings: PersonSettings }
  | { kind: 'refused'; problems: FieldProblem[] }

/** The filled fields as flags. */
export function typedSettings(values: FormValues): string {
  return appendFlags('', filledFlags(values, flagFields)).trim()
}

/** An empty field removes its default. */
export function readSettings(values: FormValues): ReadSettings {
  const request: ImagineRequest = { prompt: '' }
  const problems = readFlagFields(values, flagFields, request)
  if (problems.length > 0) return { kind: 'refused', problems }
  const { model, size, count, negative, refine } = request
  return {
    kind: 'read',
    settings: { model, size, count, negative, refine: refine === undefined ? undefined : refine !== false },
  }
}
