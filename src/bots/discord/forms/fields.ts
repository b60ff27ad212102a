/** Converts neutral form fields to Discord's modal components, and submissions back. Pure. */
import {
  type APILabelComponent,
  type APIModalInteractionResponseCallbackData,
  ComponentType,
  type ModalSubmitInteraction,
  TextInputStyle,
} from 'discord.js'
import {
  type CheckField,
  type ChoiceField,
  type FieldChoice,
  type FormField,
  type FormValues,
  fittedText,
} from '../../chat/form-field.ts'

// Limits of fields and modals: developers/components/reference.
const maxFields = 5
const maxOptions = 25
const maxValueCharacters = 4000
const maxOptionCharacters = 100

/** The value of the option for no choice. */
const noneValue = '-'

/** A modal with the fields of these ids, in the fields' order; a modal has at most five. */
export function modal(
  form: { customId: string; title: string },
  fields: readonly FormField[],
  ids: readonly string[],
): APIModalInteractionResponseCallbackData {
  const chosen = fields.filter(({ id }) => ids.includes(id)).slice(0, maxFields)
  return { custom_id: form.customId, title: form.title, components: chosen.flatMap(componentOf) }
}

/** The values of the fields; undefined for a field that the form lacks or that was not changed. */
export function formValues({ fields }: ModalSubmitInteraction): FormValues {
  return {
    text(id) {
      const field = fields.fields.get(id)
      const value =
        field?.type === ComponentType.TextInput
          ? field.value
          : field?.type === ComponentType.StringSelect
            ? field.values[0]
            : undefined
      return value === '' || value === noneValue ? undefined : value
    },
  }
}

function componentOf(field: FormField): APILabelComponent[] {
  switch (field.kind) {
    case 'text':
      return [textInput(field)]
    case 'choice':
      return [fitsSelect(field) ? select(field.label, field) : textInput({ ...field, value: field.chosen })]
    case 'check':
      return [select(field.statement, asChoice(field))]
    case 'picture':
      return []
  }
}

function textInput(field: {
  id: string
  label: string
  hint?: string
  hintIfTruncated?: string
  value?: string | undefined
  isRequired?: boolean
  isLong?: boolean
}): APILabelComponent {
  const { id, label, isRequired = false, isLong = false } = field
  const { value, hint } = fittedText(field, maxValueCharacters)
  return {
    type: ComponentType.Label,
    label,
    ...(hint === undefined ? {} : { description: hint }),
    component: {
      type: ComponentType.TextInput,
      custom_id: id,
      style: isLong ? TextInputStyle.Paragraph : TextInputStyle.Short,
      required: isRequired,
      max_length: maxValueCharacters,
      ...(value === '' ? {} : { value }),
    },
  }
}

/** A select always has a choice, so no choice is a separate option. */
function select(
  label: string,
  { id, choices, chosen, none }: Pick<ChoiceField, 'id' | 'choices' | 'chosen' | 'none'>,
): APILabelComponent {
  const all: FieldChoice[] = [...(none === undefined ? [] : [{ label: none, value: noneValue }]), ...choices]
  const first = choices.some(({ value }) => value === chosen) ? chosen : noneValue
  return {
    type: ComponentType.Label,
    label,
    component: {
      type: ComponentType.StringSelect,
      custom_id: id,
      required: true,
      options: all.map(option => ({ ...option, ...(option.value === first ? { default: true } : {}) })),
    },
  }
}

function asChoice({ id, yes, none, isChecked }: CheckField) {
  return { id, none, choices: [{ label: yes, value: 'on' }], chosen: isChecked ? 'on' : undefined }
}

/** Whether the choices fit in a select, with the option for no choice. */
function fitsSelect({ choices }: ChoiceField): boolean {
  return choices.length < maxOptions && choices.every(({ value }) => value.length <= maxOptionCharacters)
}
