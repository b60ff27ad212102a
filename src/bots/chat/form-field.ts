/** Platform-neutral form fields and their values. A field for a flag has the flag's name. */
import { shorten } from '../messages/job-message.ts'

export interface FieldChoice {
  label: string
  value: string
}

interface Field {
  id: string
  label: string
}

export interface TextField extends Field {
  kind: 'text'
  hint?: string
  /** Replaces `hint` if the platform's field holds only the beginning of the value. */
  hintIfTruncated?: string
  value?: string | undefined
  isRequired?: boolean
  isLong?: boolean
}

/** One of several choices; `none` is the label for no choice, if that is allowed. */
export interface ChoiceField extends Field {
  kind: 'choice'
  choices: readonly FieldChoice[]
  chosen?: string | undefined
  none?: string
}

/** `statement` is the label of a checkbox, `yes` and `none` the labels as a choice. The checked value is `on`. */
export interface CheckField extends Field {
  kind: 'check'
  statement: string
  yes: string
  none: string
  isChecked: boolean
}

/** A picture from the person's own device. */
export interface PictureField extends Field {
  kind: 'picture'
}

export type FormField = TextField | ChoiceField | CheckField | PictureField

/** A submitted form: the text of each field; undefined for an empty field. */
export interface FormValues {
  text(id: string): string | undefined
}

/** The value of a text field, truncated to `limit` UTF-16 units, which the platforms count, and its hint. */
export function fittedText(
  { value = '', hint, hintIfTruncated }: Pick<TextField, 'value' | 'hint' | 'hintIfTruncated'>,
  limit: number,
): { value: string; hint?: string | undefined } {
  if (value.length <= limit) return { value, hint }
  let characters = limit
  let cut = shorten(value, characters)
  while (cut.length > limit) {
    characters -= Math.ceil((cut.length - limit) / 2)
    cut = shorten(value, characters)
  }
  return { value: cut, hint: hintIfTruncated ?? hint }
}

export function choicesOf(names: readonly string[]): FieldChoice[] {
  return names.map(name => ({ label: name, value: name }))
}

/** The choices from 1 to `maxCount`. */
export function countChoices(maxCount: number): FieldChoice[] {
  return choicesOf(Array.from({ length: maxCount }, (_, i) => String(i + 1)))
}
