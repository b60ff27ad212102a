/** The forms for requesting pictures (new, Remix, Use as source): their fields, and the request from a submission. */
import type { Problem } from '../../app/problems.ts'
import type { ImagineRequest } from '../../app/requests.ts'
import type { PictureUse } from '../../app/resolve/request-pictures.ts'
import type { Words } from '../../words/en.ts'
import { appendFlags, withProblems } from '../grammar/command-line.ts'
import type { FlagName } from '../grammar/flags.ts'
import { type FieldProblem, filledFlags, readFlagFields, readPromptField } from './flag-fields.ts'
import { choicesOf, countChoices, type FieldChoice, type FormField, type FormValues } from './form-field.ts'

/** The common ratios of SDXL's training buckets. */
export const aspects: readonly string[] = ['1:1', '3:2', '2:3', '4:3', '3:4', '16:9', '9:16', '21:9']

/** Fields that are not flags. */
export const promptField = 'prompt'
export const pictureChoiceField = 'which'

const flagFields = [
  'no',
  'ar',
  'n',
  'model',
  'lora',
  'style',
  'seed',
  'strength',
  'refine',
  'only-masked',
  'control',
  'image-prompt',
] as const satisfies readonly FlagName[]

/** The choices of the form's fields. */
export interface FormChoices {
  models: readonly string[]
  loras: readonly string[]
  styles: readonly string[]
  controlNets: readonly string[]
  ipAdapters: readonly string[]
  maxCount: number
}

export interface PaintForm {
  kind: 'new' | 'remix' | 'source'
  prompt?: string
  negative?: string
  refine?: boolean
  /** The pictures to choose the source from, if there are several. */
  pictures?: readonly string[]
}

/** All fields of a form in order. A platform with a lower limit selects by id. */
export function paintFields(form: PaintForm, choices: FormChoices, words: Words): FormField[] {
  const { form: labels } = words.chat
  const none = form.kind === 'remix' ? labels.unchanged : labels.usual
  const choice = (id: FlagName, label: string, of: readonly FieldChoice[]): FormField[] =>
    of.length === 0 ? [] : [{ kind: 'choice', id, label, choices: of, none }]
  return [
    {
      kind: 'text',
      id: promptField,
      label: labels.prompt,
      hint: labels.promptHint,
      hintIfTruncated: labels.promptCut,
      value: form.prompt,
      isRequired: true,
      isLong: true,
    },
    ...pictureChoice(form, words),
    {
      kind: 'text',
      id: 'no',
      label: labels.negative,
      hintIfTruncated: labels.promptCut,
      value: form.negative,
      isLong: form.kind === 'remix',
    },
    ...choice('ar', labels.aspect, choicesOf(aspects)),
    ...choice('n', labels.count, countChoices(choices.maxCount)),
    ...choice('model', labels.model, choicesOf(choices.models)),
    ...choice('lora', labels.lora, choicesOf(choices.loras)),
    ...choice('style', labels.style, choicesOf(choices.styles)),
    {
      kind: 'check',
      id: 'refine',
      label: labels.refiner,
      statement: labels.refine,
      yes: labels.yes,
      none,
      isChecked: form.refine === true,
    },
    { kind: 'text', id: 'seed', label: labels.seed, hint: labels.seedHint },
    ...(form.kind === 'new' ? [pictureField('source', words)] : []),
    ...(form.kind === 'remix' ? [] : [{ kind: 'text', id: 'strength', label: labels.strength } as const]),
    ...(form.kind === 'remix' ? [] : pictureFields(choices, words)),
  ]
}

export interface ReadForm {
  request: ImagineRequest
  /** The chosen picture of several. */
  which?: string | undefined
  /** The request's problems with their fields. */
  fieldProblems: FieldProblem[]
}

/** Reads fields and flags at the end of the prompt. A filled field overrides its flag. */
export function readPaintForm(kind: PaintForm['kind'], values: FormValues): ReadForm {
  const parsed = readPromptField(values.text(promptField) ?? '')
  const ofPrompt = (parsed.problems ?? []).map(problem => ({ field: promptField, problem }))
  const ofFields = readFlagFields(values, flagFields, parsed)
  // An emptied field clears the negative prompt.
  if (kind === 'remix') parsed.negative ??= ''
  return {
    request: withProblems(
      parsed,
      ofFields.map(({ problem }) => problem),
    ),
    which: values.text(pictureChoiceField),
    fieldProblems: [...ofPrompt, ...ofFields],
  }
}

/** The prompt with all filled fields as flags: the text that gives the same request again. */
export function typedForm(values: FormValues): string {
  return appendFlags(values.text(promptField) ?? '', filledFlags(values, flagFields))
}

/** The field of a problem; the prompt if it has none. */
export function fieldOfProblem(problem: Problem): string {
  switch (problem.code) {
    case 'model-unknown':
      return 'model'
    case 'lora-unknown':
    case 'lora-unfit':
      return 'lora'
    case 'style-unknown':
      return 'style'
    case 'size-range':
    case 'size-step':
      return 'ar'
    case 'strength-too-low':
    case 'strength-without-source':
      return 'strength'
    case 'picture-refused':
      return 'source' satisfies PictureUse
    case 'picture-not-fetched':
      return problem.details.use
    case 'control-unknown':
    case 'control-unfit':
    case 'control-unnamed':
      return 'control'
    case 'control-without-picture':
      return 'controlPicture' satisfies PictureUse
    case 'image-prompt-unknown':
    case 'image-prompt-unfit':
      return 'promptPicture' satisfies PictureUse
    case 'mask-without-source':
      return 'mask' satisfies PictureUse
    case 'no-refiner':
    case 'refiner-mismatch':
      return 'refine'
    case 'out-of-range':
      return flagFields.find(name => name === problem.details.name) ?? promptField
    default:
      return promptField
  }
}

function pictureField(use: PictureUse, words: Words): FormField {
  return { kind: 'picture', id: use, label: words.chat.pictures[use] }
}

/** The uses of a picture besides the source. A use without a fitting file in the models folders is not offered. */
function pictureFields({ controlNets, ipAdapters }: FormChoices, words: Words): FormField[] {
  const { form: labels } = words.chat
  const mask: FormField[] = [
    pictureField('mask', words),
    {
      kind: 'check',
      id: 'only-masked',
      label: words.parameters.mask,
      statement: labels.onlyMasked,
      yes: labels.yes,
      none: labels.usual,
      isChecked: false,
    },
  ]
  const control: FormField[] = [
    {
      kind: 'choice',
      id: 'control',
      label: labels.control,
      choices: choicesOf(controlNets),
      none: labels.none,
    },
    pictureField('controlPicture', words),
  ]
  const prompt: FormField[] = [
    { kind: 'text', id: 'image-prompt', label: labels.imagePrompt },
    pictureField('promptPicture', words),
  ]
  return [...mask, ...(controlNets.length > 0 ? control : []), ...(ipAdapters.length > 0 ? prompt : [])]
}

function pictureChoice({ pictures = [] }: PaintForm, words: Words): FormField[] {
  if (pictures.length < 2) return []
  const { which, numbered } = words.chat.form
  const choices = pictures.map((value, i) => ({ label: numbered(i + 1), value }))
  return [{ kind: 'choice', id: pictureChoiceField, label: which, choices, chosen: choices[0]?.value }]
}
