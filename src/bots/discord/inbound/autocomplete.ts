/** The autocomplete choices of an option: at most 25 names. Pure. */
import type { JobView } from '../../../app/views/views.ts'
import { nearestNames } from '../../../common/nearest.ts'
import type { Words } from '../../../words/en.ts'
import { titleOf } from '../../messages/job-message.ts'
import { oneLine } from '../outbound/render/text.ts'

/** Discord's limits: the number of choices, and the length of a value. */
const maxChoices = 25
const maxChoiceCharacters = 100
/** The maximum length of a picture's prompt, which leaves room for its age. */
const maxTitleCharacters = 75

export interface AutocompleteChoice {
  name: string
  value: string
}

/**
 * Names with the typed text as a prefix come first, then at the start of a word, then anywhere, then other spellings
 * (`DPM++ 2M` for `dpmpp_2m`), then near misses, each group in the given order. Without typed text all names match.
 */
export function choicesFor(typed: string, names: readonly string[]): AutocompleteChoice[] {
  const wanted = typed.trim().toLowerCase()
  const fitting = names.filter(name => name.length > 0 && name.length <= maxChoiceCharacters)
  const ranked = wanted === '' ? fitting : matches(wanted, fitting)
  return ranked.slice(0, maxChoices).map(name => ({ name, value: name }))
}

/**
 * The same for a list of names with `;` between them: the last name is completed, and the text before it stays. A complete
 * name with a weight is offered unchanged.
 */
export function choicesForLast(typed: string, names: readonly string[]): AutocompleteChoice[] {
  const start = typed.lastIndexOf(';') + 1
  const before = start === 0 ? '' : `${typed.slice(0, start)} `
  const last = typed.slice(start).trim()
  const isWeighed = names.some(name => last.toLowerCase().startsWith(`${name.toLowerCase()}:`))
  const wholes = isWeighed ? [last] : choicesFor(last, names).map(({ value }) => value)
  return wholes
    .map(value => before + value)
    .filter(value => value.length <= maxChoiceCharacters)
    .map(value => ({ name: value, value }))
}

function matches(wanted: string, names: readonly string[]): string[] {
  const lower = names.map(name => ({ name, text: name.toLowerCase() }))
  const begins = lower.filter(({ text }) => text.startsWith(wanted))
  const beginsWord = lower.filter(({ text }) => wordStartsWith(text, wanted))
  const holds = lower.filter(({ text }) => text.includes(wanted))
  const spelled = lower.filter(({ text }) => spelling(text).includes(spelling(wanted)))
  const found = [...begins, ...beginsWord, ...holds, ...(spelling(wanted) === '' ? [] : spelled)].map(
    ({ name }) => name,
  )
  return [...new Set([...found, ...nearestNames(wanted, names, maxChoices)])]
}

/** Letters and digits only, with `++` as `pp`. */
function spelling(text: string): string {
  return text.replaceAll('++', 'pp').replace(/[^\p{L}\p{N}]/gu, '')
}

function wordStartsWith(text: string, wanted: string): boolean {
  return text.split(/[\s._/-]+/).some(word => word.startsWith(wanted))
}

/** A person's own latest pictures, labelled by prompt and age, and found by any part of the prompt or by the id. */
export function pictureChoices(
  typed: string,
  jobs: readonly JobView[],
  words: Words,
  nowMs: number,
): AutocompleteChoice[] {
  const wanted = typed.trim().toLowerCase()
  return jobs
    .filter(({ promptAsTyped, pictures }) =>
      [promptAsTyped.toLowerCase(), ...pictures.map(({ id }) => id)].some(text => text.includes(wanted)),
    )
    .slice(0, maxChoices)
    .flatMap(job => {
      const [first] = job.pictures
      const agoMs = nowMs - (job.finishedAt ?? job.createdAt)
      const title = oneLine(titleOf(job, words), maxTitleCharacters) || words.job.untitled
      return first ? [{ name: words.mine.choice(title, agoMs), value: first.id }] : []
    })
}
