/** Fields of forms before any platform's payload, and what was filled in. A field that stands for a flag has its name. */

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
  value?: string | undefined
  isRequired?: boolean
  isLong?: boolean
}

/** One of several; `none` is how the choice of nothing is called, where nothing may be chosen. */
export interface ChoiceField extends Field {
  kind: 'choice'
  choices: readonly FieldChoice[]
  chosen?: string | undefined
  none?: string
}

/** `statement` is what a check says, `yes` and `none` what it says as a choice; checked, its value is `on`. */
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

/** A form that came back: the text of each field, undefined where it is empty or nothing was chosen. */
export interface FormValues {
  text(id: string): string | undefined
}

export function choicesOf(names: readonly string[]): FieldChoice[] {
  return names.map(name => ({ label: name, value: name }))
}

/** 1 to `maxCount`. */
export function countChoices(maxCount: number): FieldChoice[] {
  return choicesOf(Array.from({ length: maxCount }, (_, i) => String(i + 1)))
}
