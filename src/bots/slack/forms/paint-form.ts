/** The form behind an empty /imagine, Remix and Use as source: fields named by the flags they stand for. Pure. */
import type { KnownBlock, ModalView } from '@slack/types'
import type { Problem } from '../../../app/problems.ts'
import type { ImagineRequest } from '../../../app/requests.ts'
import type { PersonSettings } from '../../../app/views.ts'
import { problemSentence, type Words } from '../../../words/en.ts'
import { parseCommand } from '../../grammar/command-line.ts'
import type { FlagName } from '../../grammar/flags.ts'
import { checkField, FormValues, pictureField, plain, selectField, textField } from './fields.ts'
import { readFlagFields } from './flag-fields.ts'
import type { FormOrigin } from './metadata.ts'

export const paintForm = 'paint'

const promptId = 'prompt'
const whichId = 'which'
export const sourceId = 'source'

/** Fields that hold what a flag of the same name would be given. */
const flagFields = [
  'no',
  'ar',
  'n',
  'model',
  'style',
  'seed',
  'strength',
] as const satisfies readonly FlagName[]

// The ratios of SDXL's training buckets that people ask for by name.
const aspects = ['1:1', '3:2', '2:3', '4:3', '3:4', '16:9', '9:16', '21:9']

export interface FormChoices {
  models: readonly string[]
  styles: readonly string[]
  maxCount: number
}

/** What the form shows at first. */
export interface FormStart {
  origin: FormOrigin
  /** Written with the adapter's secret. */
  metadata: string
  prompt?: string
  negative?: string
  defaults: PersonSettings
}

export function paintView(start: FormStart, choices: FormChoices, words: Words): ModalView {
  const { form, remix, useAsSource } = words.slack
  const { origin } = start
  return {
    type: 'modal',
    callback_id: paintForm,
    private_metadata: start.metadata,
    title: plain(
      origin.remixOf !== undefined ? remix : origin.source !== undefined ? useAsSource : form.title,
    ),
    submit: plain(form.submit),
    close: plain(form.close),
    blocks: [
      textField({
        id: promptId,
        label: form.prompt,
        hint: form.promptHint,
        multiline: true,
        ...(start.prompt === undefined ? {} : { value: start.prompt }),
      }),
      ...whichPicture(origin, words),
      textField({
        id: 'no',
        label: form.negative,
        optional: true,
        ...(start.negative === undefined ? {} : { value: start.negative }),
      }),
      ...choiceFields(choices, origin.remixOf === undefined ? form.usual : form.before, words),
      checkField({
        id: 'refine',
        label: form.refine,
        optional: true,
        choice: { label: form.refineYes, value: 'refine' },
        checked: start.defaults.refine === true,
      }),
      textField({ id: 'seed', label: form.seed, hint: form.seedHint, optional: true }),
      ...(origin.source === undefined && origin.remixOf === undefined
        ? [pictureField({ id: sourceId, label: form.source, optional: true })]
        : []),
      ...(origin.remixOf === undefined
        ? [textField({ id: 'strength', label: form.strength, optional: true })]
        : []),
    ],
  }
}

export type ReadForm =
  | {
      kind: 'read'
      request: ImagineRequest
      /** A file of the form, to be fetched before the request is made. */
      fileId?: string
    }
  /** A sentence per field id, as Slack shows them. */
  | { kind: 'wrong'; errors: Record<string, string> }

/** Flags at the end of the prompt count; a filled field goes before its flag. */
export function readPaintForm(values: unknown, origin: FormOrigin, words: Words): ReadForm {
  const answers = new FormValues(values)
  const parsed = parseCommand(answers.text(promptId) ?? '')
  if (parsed.kind === 'refused') return { kind: 'wrong', errors: formErrors(parsed.problems, words) }
  const { request } = parsed
  const errors = readFlagFields(answers, flagFields, request, words)
  if (Object.keys(errors).length > 0) return { kind: 'wrong', errors }
  if (answers.checked('refine')) request.refine ??= true
  const { source } = origin
  if (source?.kind === 'stored') {
    const chosen = source.pictureIds.find(id => id === answers.text(whichId)) ?? source.pictureIds[0]
    if (chosen !== undefined) {
      request.source = { kind: 'stored', pictureId: chosen }
      request.parentPictureId = chosen
    }
  }
  const fileId = source?.kind === 'file' ? source.fileId : answers.file(sourceId)
  return fileId === undefined ? { kind: 'read', request } : { kind: 'read', request, fileId }
}

/** Each problem beside the field that it is about; what has no field of its own goes to the prompt. */
export function formErrors(problems: readonly Problem[], words: Words): Record<string, string> {
  const errors: Record<string, string> = {}
  for (const problem of problems) {
    const id = fieldOf(problem)
    const sentence = problemSentence(words, problem)
    errors[id] = errors[id] === undefined ? sentence : `${errors[id]} ${sentence}`
  }
  return errors
}

function fieldOf(problem: Problem): string {
  switch (problem.code) {
    case 'model-unknown':
      return 'model'
    case 'style-unknown':
      return 'style'
    case 'size-range':
    case 'size-step':
      return 'ar'
    case 'strength-too-low':
    case 'strength-without-source':
      return 'strength'
    case 'picture-refused':
      return sourceId
    case 'no-refiner':
    case 'refiner-mismatch':
      return 'refine'
    case 'out-of-range':
      return flagFields.find(name => name === problem.details.name) ?? promptId
    default:
      return promptId
  }
}

function whichPicture(origin: FormOrigin, words: Words): KnownBlock[] {
  if (origin.source?.kind !== 'stored' || origin.source.pictureIds.length < 2) return []
  const { form } = words.slack
  const choices = origin.source.pictureIds.map((value, i) => ({ label: form.numbered(i + 1), value }))
  return [selectField({ id: whichId, label: form.which, choices, value: choices[0]?.value ?? '' })]
}

function choiceFields(
  { models, styles, maxCount }: FormChoices,
  placeholder: string,
  words: Words,
): KnownBlock[] {
  const { form } = words.slack
  const named = (names: readonly string[]) => names.map(name => ({ label: name, value: name }))
  const counts = Array.from({ length: maxCount }, (_, i) => String(i + 1))
  const fields: [string, string, readonly string[]][] = [
    ['ar', form.aspect, aspects],
    ['n', form.count, counts],
    ['model', form.model, models],
    ['style', form.style, styles],
  ]
  return fields
    .filter(([, , names]) => names.length > 0)
    .map(([id, label, names]) =>
      selectField({ id, label, optional: true, placeholder, choices: named(names) }),
    )
}
