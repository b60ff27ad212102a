/** The length limits of texts from people, checked before a text is parsed, expanded or stored. */

import { type Bounds, bounds } from '../../common/bounds.ts'
import type { Config } from '../../config/config.ts'
import type { Person } from '../people/people.ts'
import { type Problem, problem } from '../problems.ts'
import type { ImagineRequest } from '../requests.ts'
import type { Findings } from '../views/findings.ts'

type Texts<Source> = {
  [Key in keyof Source]-?: string extends NonNullable<Source[Key]> ? Key : never
}[keyof Source]

/** The fields of a request that hold any text. */
type RequestText = Texts<ImagineRequest>

/** The lists of a request whose entries have names. */
type RequestList = {
  [Key in keyof ImagineRequest]-?: NonNullable<ImagineRequest[Key]> extends readonly (infer Entry)[]
    ? Entry extends { name?: string }
      ? Key
      : never
    : never
}[keyof ImagineRequest]

/** What a text is; words/ has its name. */
export type TextField = Exclude<RequestText, 'parentPictureId'> | RequestList | 'id' | 'command'

/** Most characters by kind of text. */
export function textLimits({ maxPromptCharacters }: Pick<Config['limits'], 'maxPromptCharacters'>) {
  return { ...fixedLimits, prompt: maxPromptCharacters }
}

const fixedLimits = {
  /** A command with everything that stands in it. */
  command: 50_000,
  /** Names of models, samplers, schedules, presets and styles. */
  name: 200,
  /** Ours have sixteen. */
  id: 40,
  /** Of a person, as the platform gave it: for show only. */
  personName: 100,
}

/** One row per text of a request; a new one without a row is a type error. */
const requestFields: {
  readonly [Key in RequestText]: { field: TextField; limit: 'prompt' | 'name' | 'id' }
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

/** The same for lists: as many entries as make sense at all, before one of them is looked for. */
const requestLists: { readonly [Key in RequestList]: { flag: string; entries: Bounds } } = {
  loras: { flag: 'lora', entries: bounds.loras },
  controls: { flag: 'control', entries: bounds.controls },
  imagePrompts: { flag: 'image-prompt', entries: bounds.imagePrompts },
}

/** Why a whole command is not even read. */
export function commandTooLong(text: string): Problem | undefined {
  return tooLong('command', text, fixedLimits.command)
}

/** Why an id is not looked for. */
export function idTooLong(id: string): Problem | undefined {
  return tooLong('id', id, fixedLimits.id)
}

/** Refuses every text of a request, or of a person's defaults, that is too long, and every list; whether none is. */
export function checkTexts(
  texts: Pick<Partial<ImagineRequest>, RequestText | RequestList>,
  limits: Pick<Config['limits'], 'maxPromptCharacters'>,
  findings: Findings,
): boolean {
  const most = textLimits(limits)
  const before = findings.problems.length
  for (const key of Object.keys(requestFields).filter(isRequestText)) {
    const text = texts[key]
    const { field, limit } = requestFields[key]
    const found = text && tooLong(field, text, most[limit])
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

/** Characters as people count them; where the text is far too long, the code units that it surely has. */
function tooLong(field: TextField, text: string, limit: number): Problem | undefined {
  if (text.length <= limit) return undefined
  const length = text.length > 4 * limit ? text.length : [...text].length
  return length > limit ? problem('text-too-long', { field, length, limit }) : undefined
}

/** A person's name is only for show: it is cut rather than refused. */
export function nameable(person: Person): Person {
  const characters = [...person.name.slice(0, 2 * fixedLimits.personName)]
  return { ...person, name: characters.slice(0, fixedLimits.personName).join('') }
}
