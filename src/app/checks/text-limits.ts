/** The length limits of texts from people, checked before a text is parsed, expanded or stored. */

import { type Bounds, bounds, maxNameCharacters } from '../../common/bounds.ts'
import type { Config } from '../../config/config.ts'
import type { Person } from '../people/people.ts'
import { type Problem, problem } from '../problems.ts'
import type { ImagineRequest } from '../requests.ts'
import type { Findings } from '../views/findings.ts'

type TextKeys<Source> = {
  [Key in keyof Source]-?: string extends NonNullable<Source[Key]> ? Key : never
}[keyof Source]

/** The fields of a request that contain free text. */
type RequestText = TextKeys<ImagineRequest>

/** The lists of a request whose entries have names. */
type RequestList = {
  [Key in keyof ImagineRequest]-?: NonNullable<ImagineRequest[Key]> extends readonly (infer Entry)[]
    ? Entry extends { name?: string }
      ? Key
      : never
    : never
}[keyof ImagineRequest]

/** The kinds of text; words/ has their names. */
export type LimitedText = Exclude<RequestText, 'parentPictureId'> | RequestList | 'id' | 'command'

/** The maximum number of characters by kind of text. */
export function textLimits({ maxPromptCharacters }: Pick<Config['limits'], 'maxPromptCharacters'>) {
  return { ...fixedLimits, prompt: maxPromptCharacters }
}

const fixedLimits = {
  /** A whole command with its flags. */
  command: 50_000,
  /** Names of models, samplers, schedules, presets and styles. */
  name: maxNameCharacters,
  /** Easel's own ids have 16 characters. */
  id: 40,
  /** A person's name as the platform gave it; for display only. */
  personName: 100,
}

/** The maximum number of characters that are counted. A form truncates longer texts on arrival. */
export const maxCounted = 2 * fixedLimits.command

/** One row per text field of a request. A new field without a row is a type error. */
const requestFields: {
  readonly [Key in RequestText]: { field: LimitedText; limit: 'prompt' | 'name' | 'id' }
} = {
  prompt: { field: 'prompt', limit: 'prompt' },
  prompt2: { field: 'prompt2', limit: 'prompt' },
  negative: { field: 'negative', limit: 'prompt' },
  model: { field: 'model', limit: 'name' },
  vae: { field: 'vae', limit: 'name' },
  sampler: { field: 'sampler', limit: 'name' },
  schedule: { field: 'schedule', limit: 'name' },
  preset: { field: 'preset', limit: 'name' },
  style: { field: 'style', limit: 'name' },
  parentPictureId: { field: 'id', limit: 'id' },
}

/** The maximum number of entries of each list, checked before any entry is looked up. */
const requestLists: { readonly [Key in RequestList]: { flag: string; entries: Bounds } } = {
  loras: { flag: 'lora', entries: bounds.loras },
  controls: { flag: 'control', entries: bounds.controls },
  imagePrompts: { flag: 'image-prompt', entries: bounds.imagePrompts },
}

/** The problem if a command is too long to be parsed. */
export function commandTooLong(text: string): Problem | undefined {
  return tooLong('command', text, fixedLimits.command)
}

/** The problem if an id is too long to be looked up. */
export function idTooLong(id: string): Problem | undefined {
  return tooLong('id', id, fixedLimits.id)
}

/** Refuses every text and list that is too long, in a request or in a person's defaults. True if all are within bounds. */
export function checkTexts(
  texts: Pick<Partial<ImagineRequest>, RequestText | RequestList>,
  limits: Pick<Config['limits'], 'maxPromptCharacters'>,
  findings: Findings,
): boolean {
  const max = textLimits(limits)
  const before = findings.problems.length
  for (const key of Object.keys(requestFields).filter(isRequestText)) {
    const text = texts[key]
    const { field, limit } = requestFields[key]
    const found = text && tooLong(field, text, max[limit])
    if (found) findings.problems.push(found)
  }
  for (const key of Object.keys(requestLists).filter(isRequestList))
    checkList(key, texts[key] ?? [], findings)
  return findings.problems.length === before
}

function checkList(
  key: RequestList,
  list: readonly { name?: string; pictureId?: string }[],
  findings: Findings,
): void {
  const { flag, entries } = requestLists[key]
  if (list.length > entries.max) {
    findings.inRange(flag, list.length, entries)
    return
  }
  for (const { name = '', pictureId = '' } of list) {
    const found = tooLong(key, name, fixedLimits.name) ?? idTooLong(pictureId)
    if (found) findings.problems.push(found)
  }
}

function isRequestText(key: string): key is RequestText {
  return Object.hasOwn(requestFields, key)
}

function isRequestList(key: string): key is RequestList {
  return Object.hasOwn(requestLists, key)
}

function tooLong(field: LimitedText, text: string, limit: number): Problem | undefined {
  if (text.length <= limit) return undefined
  const characters = countCharacters(text)
  if (characters <= limit) return undefined
  const length = characters > maxCounted ? { moreThan: maxCounted } : characters
  return problem('text-too-long', { field, length, limit })
}

/** The number of code points, counted up to one more than `maxCounted`. */
function countCharacters(text: string): number {
  let characters = 0
  for (const _ of text) {
    characters += 1
    if (characters > maxCounted) break
  }
  return characters
}

/** The person with a name of at most the maximum length. A name is for display only, so it is shortened and not refused. */
export function withShortName(person: Person): Person {
  const characters = [...person.name.slice(0, 2 * fixedLimits.personName)]
  return { ...person, name: characters.slice(0, fixedLimits.personName).join('') }
}
