/** The forms behind Remix and Use as source: what they ask, and the request that they make. */
import type { APIModalInteractionResponseCallbackData, ModalSubmitInteraction } from 'discord.js'
import type { Problem } from '../../../app/problems.ts'
import type { ImagineRequest } from '../../../app/requests.ts'
import type { Words } from '../../../words/en.ts'
import { parseCommand } from '../../grammar/command-line.ts'
import type { FlagName } from '../../grammar/flags.ts'
import { readFlag } from '../commands/imagine-options.ts'
import { ownId } from '../outbound/custom-id.ts'
import { fieldOf, selectField, textField } from './fields.ts'

/** Field ids; those of flags have the flags' names. */
const promptId = 'prompt'
const whichId = 'which'

/** A choice that leaves things as they are. */
const asItIs = '-'

/** The ratios of SDXL's training buckets that people ask for by name. */
export const aspects: readonly string[] = ['1:1', '3:2', '2:3', '4:3', '3:4', '16:9', '9:16', '21:9']

/** `id` is the picture that is painted anew. */
export function remixForm(
  id: string,
  painted: { prompt: string; negative: string },
  maxCount: number,
  words: Words,
): APIModalInteractionResponseCallbackData {
  const { form } = words.discord
  const counts = Array.from({ length: maxCount }, (_, i) => String(i + 1))
  const unchanged = { label: form.unchanged, value: asItIs }
  const named = (names: readonly string[]) => [
    unchanged,
    ...names.map(name => ({ label: name, value: name })),
  ]
  return {
    custom_id: ownId('remix-form', id),
    title: words.discord.remix,
    components: [
      promptField(words, painted.prompt),
      textField({ id: 'no', label: form.negative, value: painted.negative, long: true }),
      selectField({ id: 'ar', label: form.aspect, options: named(aspects), chosen: asItIs }),
      selectField({ id: 'n', label: form.count, options: named(counts), chosen: asItIs }),
    ],
  }
}

/** `id` is one of our pictures, or names what waits; `pictures` are those among which the person chooses. */
export function sourceForm(
  id: string,
  pictures: readonly string[],
  words: Words,
): APIModalInteractionResponseCallbackData {
  const { form } = words.discord
  const choices = pictures.map((value, i) => ({ label: form.numbered(i + 1), value }))
  return {
    custom_id: ownId('source-form', id),
    title: words.discord.useAsSource,
    components: [
      promptField(words),
      ...(choices.length > 1
        ? [selectField({ id: whichId, label: form.which, options: choices, chosen: choices[0]?.value })]
        : []),
      textField({ id: 'no', label: form.negative }),
      textField({ id: 'strength', label: form.strength }),
    ],
  }
}

export type ReadForm = { kind: 'read'; request: ImagineRequest } | { kind: 'refused'; problems: Problem[] }

/** Flags at the end of the prompt count; a filled field goes before its flag. */
export function readRemixForm(submitted: ModalSubmitInteraction): ReadForm {
  const read = readForm(submitted, ['ar', 'n'])
  // Emptied, it says that nothing is unwanted any more.
  if (read.kind === 'read')
    read.request.negative = fieldOf(submitted, 'no')?.trim() || read.request.negative || ''
  return read
}

export function readSourceForm(submitted: ModalSubmitInteraction): ReadForm {
  return readForm(submitted, ['no', 'strength'])
}

/** Which of the pictures was chosen, as the form named it. */
export function chosenPicture(submitted: ModalSubmitInteraction): string | undefined {
  return fieldOf(submitted, whichId)
}

export function typedPrompt(submitted: ModalSubmitInteraction): string {
  return fieldOf(submitted, promptId) ?? ''
}

function promptField(words: Words, value?: string) {
  const { form } = words.discord
  return textField({
    id: promptId,
    label: form.prompt,
    hint: form.promptHint,
    value,
    required: true,
    long: true,
  })
}

function readForm(submitted: ModalSubmitInteraction, flags: readonly FlagName[]): ReadForm {
  const parsed = parseCommand(typedPrompt(submitted))
  if (parsed.kind === 'refused') return parsed
  const { request } = parsed
  const problems = flags.flatMap(flag => {
    const value = fieldOf(submitted, flag)?.trim() ?? ''
    return value === '' || value === asItIs ? [] : (readFlag(flag, value, request) ?? [])
  })
  return problems.length > 0 ? { kind: 'refused', problems } : { kind: 'read', request }
}
