/** The fields of forms: how they are asked for, and how what came back is read. Pure. */
import {
  type APILabelComponent,
  ComponentType,
  type ModalSubmitInteraction,
  TextInputStyle,
} from 'discord.js'
import { shortened } from '../../messages/job-message.ts'

/** What Discord lets a field hold. */
const mostOptions = 25
const longestValue = 4000
const longestOption = 100

export interface TextField {
  id: string
  label: string
  hint?: string
  value?: string | undefined
  required?: boolean
  long?: boolean
}

export function textField({ id, label, hint, value, required, long }: TextField): APILabelComponent {
  return {
    type: ComponentType.Label,
    label,
    ...(hint === undefined ? {} : { description: hint }),
    component: {
      type: ComponentType.TextInput,
      custom_id: id,
      style: long === true ? TextInputStyle.Paragraph : TextInputStyle.Short,
      required: required ?? false,
      max_length: longestValue,
      ...(value === undefined || value === '' ? {} : { value: cut(value) }),
    },
  }
}

export interface SelectField {
  id: string
  label: string
  options: readonly { label: string; value: string }[]
  /** The value that is chosen at first. */
  chosen?: string | undefined
}

/** One of the options; those beyond what Discord shows are left out, so ask by a text field where there may be more. */
export function selectField({ id, label, options, chosen }: SelectField): APILabelComponent {
  return {
    type: ComponentType.Label,
    label,
    component: {
      type: ComponentType.StringSelect,
      custom_id: id,
      required: true,
      options: options
        .slice(0, mostOptions)
        .map(option => ({ ...option, ...(option.value === chosen ? { default: true } : {}) })),
    },
  }
}

/** Whether all of these fit into one select, beside one more for “as usual”. */
export function fitsSelect(names: readonly string[]): boolean {
  return names.length < mostOptions && names.every(name => name.length <= longestOption)
}

/** What a field holds; undefined for one that the form lacks or that was left alone. */
export function fieldOf(form: ModalSubmitInteraction, id: string): string | undefined {
  const field = form.fields.fields.get(id)
  if (field === undefined) return undefined
  if (field.type === ComponentType.TextInput) return field.value
  return field.type === ComponentType.StringSelect ? field.values[0] : undefined
}

/** By Discord's count, which is that of UTF-16. */
function cut(text: string): string {
  let characters = longestValue
  let result = shortened(text, characters)
  while (result.length > longestValue) {
    characters -= Math.ceil((result.length - longestValue) / 2)
    result = shortened(text, characters)
  }
  return result
}
