/** Converts neutral form fields to Slack's input blocks, and submissions back. Pure. */
import type { InputBlock, KnownBlock, PlainTextElement, PlainTextOption } from '@slack/types'
import { z } from 'zod'
import {
  type CheckField,
  type ChoiceField,
  type FieldChoice,
  type FormField,
  type FormValues,
  fittedText,
  type TextField,
} from '../../chat/form-field.ts'
import { shorten } from '../../messages/job-message.ts'

// docs.slack.dev: text inputs have at most 3,000 characters; selects 100 options with labels of 75 and values of 150.
const maxTextCharacters = 3000
const maxOptions = 100
const maxLabelCharacters = 75
const maxValueCharacters = 150

export function plain(text: string): PlainTextElement {
  return { type: 'plain_text', text, emoji: false }
}

/** A field's block and action have the same id. A choice without options is omitted. */
export function inputBlocks(fields: readonly FormField[]): InputBlock[] {
  return fields.flatMap(field => {
    if (field.kind === 'choice' && field.choices.length === 0) return []
    const isOptional = field.kind === 'text' ? field.isRequired !== true : !isAlwaysChosen(field)
    return [
      {
        type: 'input',
        block_id: field.id,
        label: plain(field.label),
        element: elementOf(field),
        optional: isOptional,
        ...hintOf(field),
      },
    ]
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

function hintOf(field: FormField): Pick<InputBlock, 'hint'> {
  const hint = field.kind === 'text' ? fittedText(field, maxTextCharacters).hint : undefined
  return hint === undefined ? {} : { hint: plain(hint) }
}

function isAlwaysChosen(field: FormField): boolean {
  return field.kind === 'choice' && field.none === undefined
}

function elementOf(field: FormField): InputBlock['element'] {
  switch (field.kind) {
    case 'text':
      return textInput(field)
    case 'choice':
      return select(field)
    case 'check':
      return checkboxes(field)
    case 'picture':
      return {
        type: 'file_input',
        action_id: field.id,
        filetypes: ['png', 'jpg', 'jpeg', 'webp'],
        max_files: 1,
      }
  }
}

function textInput(field: TextField): InputBlock['element'] {
  const { id, isLong = false } = field
  const { value } = fittedText(field, maxTextCharacters)
  return {
    type: 'plain_text_input',
    action_id: id,
    multiline: isLong,
    max_length: maxTextCharacters,
    ...(value === '' ? {} : { initial_value: value }),
  }
}

/** Longer values are not offered on Slack; they can be typed as a flag. */
function select({ id, choices, chosen, none }: ChoiceField): InputBlock['element'] {
  const options = choices
    .filter(({ value }) => value.length <= maxValueCharacters)
    .slice(0, maxOptions)
    .map(optionOf)
  const first = options.find(({ value }) => value === chosen)
  return {
    type: 'static_select',
    action_id: id,
    ...(none === undefined ? {} : { placeholder: plain(none) }),
    options,
    ...(first === undefined ? {} : { initial_option: first }),
  }
}

function checkboxes({ id, statement, isChecked }: CheckField): InputBlock['element'] {
  const option = optionOf({ label: statement, value: 'on' })
  return {
    type: 'checkboxes',
    action_id: id,
    options: [option],
    ...(isChecked ? { initial_options: [option] } : {}),
  }
}

function optionOf({ label, value }: FieldChoice): PlainTextOption {
  return { text: plain(shorten(label, maxLabelCharacters)), value }
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

/** The submitted values by field id. */
export class ViewValues implements FormValues {
  readonly #state: z.infer<typeof stateSchema>

  constructor(values: unknown) {
    this.#state = stateSchema.parse(values)
  }

  /** Text, choice or `on`; undefined for an empty field. */
  text(id: string): string | undefined {
    const answer = this.#state[id]?.[id]
    const text = answer?.value ?? answer?.selected_option?.value ?? answer?.selected_options?.[0]?.value
    return text === undefined || text.trim() === '' ? undefined : text.trim()
  }

  /** The id of the file on Slack. */
  file(id: string): string | undefined {
    return this.#state[id]?.[id]?.files?.[0]?.id
  }
}
