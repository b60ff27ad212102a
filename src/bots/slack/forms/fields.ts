/** The building stones of forms: fields with their labels, and what Slack says was filled in. */
import type { InputBlock, KnownBlock, PlainTextElement, PlainTextOption } from '@slack/types'
import { z } from 'zod'
import { shortened } from '../../messages/job-message.ts'

/** A field's block and action share their id: one field, one name. */
interface Field {
  id: string
  label: string
  hint?: string
  optional?: boolean
}

export interface Choice {
  label: string
  value: string
}

// docs.slack.dev: text inputs hold 3,000 characters, selects 100 options with labels of 75 and values of 150.
const longestText = 3000
const mostOptions = 100

export function plain(text: string): PlainTextElement {
  return { type: 'plain_text', text, emoji: false }
}

export function textField(field: Field & { value?: string; multiline?: boolean }): InputBlock {
  return input(field, {
    type: 'plain_text_input',
    action_id: field.id,
    multiline: field.multiline === true,
    max_length: longestText,
    ...(field.value === undefined || field.value === ''
      ? {}
      : { initial_value: field.value.slice(0, longestText) }),
  })
}

export function numberField(
  field: Field & { value?: number; decimal?: boolean; min?: number; max?: number },
): InputBlock {
  return input(field, {
    type: 'number_input',
    action_id: field.id,
    is_decimal_allowed: field.decimal === true,
    ...(field.value === undefined ? {} : { initial_value: String(field.value) }),
    ...(field.min === undefined ? {} : { min_value: String(field.min) }),
    ...(field.max === undefined ? {} : { max_value: String(field.max) }),
  })
}

/** Values over 150 characters cannot be chosen on Slack; they can still be typed as a flag. */
export function selectField(
  field: Field & { choices: readonly Choice[]; value?: string; placeholder?: string },
): InputBlock {
  const options = field.choices
    .filter(({ value }) => value.length <= 150)
    .slice(0, mostOptions)
    .map(optionOf)
  const chosen = options.find(({ value }) => value === field.value)
  return input(field, {
    type: 'static_select',
    action_id: field.id,
    ...(field.placeholder === undefined ? {} : { placeholder: plain(field.placeholder) }),
    options,
    ...(chosen === undefined ? {} : { initial_option: chosen }),
  })
}

export function checkField(field: Field & { choice: Choice; checked: boolean }): InputBlock {
  const option = optionOf(field.choice)
  return input(field, {
    type: 'checkboxes',
    action_id: field.id,
    options: [option],
    ...(field.checked ? { initial_options: [option] } : {}),
  })
}

export function pictureField(field: Field): InputBlock {
  return input(field, {
    type: 'file_input',
    action_id: field.id,
    filetypes: ['png', 'jpg', 'jpeg', 'webp'],
    max_files: 1,
  })
}

export function button(id: string, label: string, style?: 'primary' | 'danger'): KnownBlock {
  return {
    type: 'actions',
    elements: [
      {
        type: 'button',
        text: plain(label),
        action_id: id,
        value: id,
        ...(style === undefined ? {} : { style }),
      },
    ],
  }
}

function input(field: Field, element: InputBlock['element']): InputBlock {
  return {
    type: 'input',
    block_id: field.id,
    label: plain(field.label),
    element,
    optional: field.optional === true,
    ...(field.hint === undefined ? {} : { hint: plain(field.hint) }),
  }
}

function optionOf({ label, value }: Choice): PlainTextOption {
  return { text: plain(shortened(label, 75)), value }
}

const stateSchema = z.record(
  z.string(),
  z.record(
    z.string(),
    z.object({
      value: z.string().nullish(),
      selected_option: z.object({ value: z.string() }).nullish(),
      selected_options: z.array(z.object({ value: z.string() })).nullish(),
      files: z.array(z.object({ id: z.string() })).nullish(),
    }),
  ),
)

/** What was filled in, by field id. */
export class FormValues {
  readonly #state: z.infer<typeof stateSchema>

  constructor(values: unknown) {
    this.#state = stateSchema.parse(values)
  }

  /** Text or choice; undefined where it was left empty. */
  text(id: string): string | undefined {
    const answer = this.#state[id]?.[id]
    const text = answer?.value ?? answer?.selected_option?.value
    return text === undefined || text.trim() === '' ? undefined : text.trim()
  }

  checked(id: string): boolean {
    return (this.#state[id]?.[id]?.selected_options ?? []).length > 0
  }

  /** The id of the file on Slack. */
  file(id: string): string | undefined {
    return this.#state[id]?.[id]?.files?.[0]?.id
  }
}
