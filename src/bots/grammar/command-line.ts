/** Parses and formats `/imagine`: text with flags at its end ↔ request. Pure. */

import { commandTooLong } from '../../app/checks/text-limits.ts'
import { requestOf } from '../../app/derive/request-of-job.ts'
import { type Problem, problem } from '../../app/problems.ts'
import type { ImagineRequest } from '../../app/requests.ts'
import type { JobView } from '../../app/views/views.ts'
import { type FlagName, findFlag, flagList } from './flags.ts'
import { midjourneyFlag } from './midjourney-flags.ts'
import type { TypedValue } from './read-value.ts'

/** The command before a prompt, also with the slash of Chinese keyboards, and with punctuation behind it. */
const commandName = /^[/／]+imagine\p{P}*(?=\s|$)/iu
/** Discord's name of the option, as typed from habit or copied from there. */
const optionLabel = /^\s*prompt:/i

/** The maximum number of reported problems; finding nearest names takes time. */
const problemsNamed = 10

/**
 * `[/imagine] prompt --flag value …`. Everything before the first flag is the prompt, and a flag's value is all the text up to the
 * next flag. A flag is two hyphens (or a long dash, as phones type them) before a letter at the start of a word: bare dashes and
 * hyphens inside words are prompt. Inside double quotes nothing is a flag. `prompt:` before an unquoted prompt is Discord's label.
 * An empty prompt is valid here; the request decides whether it needs one. Parse problems are in the request, beside all values
 * that were parsed.
 */
export function parseCommand(text: string): ImagineRequest {
  const tooLong = commandTooLong(text)
  if (tooLong) return { prompt: '', problems: [tooLong] }
  const command = text.trim().replace(commandName, '')
  const marks = flagMarks(command)
  const typedPrompt = command.slice(0, marks[0]?.start).replace(optionLabel, '')
  const request: ImagineRequest = { prompt: unquote(typedPrompt).value }
  const problems: Problem[] = []
  const seen = new Set<string>()

  for (const [i, mark] of marks.entries()) {
    if (problems.length === problemsNamed) {
      problems.push(problem('flags-more', {}))
      break
    }
    const typed = unquote(command.slice(mark.valueStart, marks[i + 1]?.start))
    const found = findFlag(mark.name)
    if (found.kind === 'unknown') {
      problems.push(unknownFlag(mark.name, found.nearest))
    } else if (seen.has(found.name) && !found.flag.isList) {
      problems.push(problem('flag-repeated', { flag: `--${found.name}` }))
    } else {
      seen.add(found.name)
      const refused = found.flag.read(typed, request)
      if (refused) problems.push(refused)
    }
  }
  return withProblems(request, problems)
}

/** Adds problems to a request. */
export function withProblems(request: ImagineRequest, more: readonly Problem[]): ImagineRequest {
  return more.length === 0 ? request : { ...request, problems: [...(request.problems ?? []), ...more] }
}

/** Midjourney's parameters get their own problem, because the nearest of our names would not help. */
function unknownFlag(name: string, nearest: string | undefined): Problem {
  const flag = `--${name}`
  const foreign = midjourneyFlag(name)
  if (foreign === undefined) return problem('flag-unknown', { flag, nearest })
  return problem('flag-of-midjourney', {
    flag,
    ...(foreign.nearest === undefined ? {} : { nearest: `--${foreign.nearest}` }),
  })
}

/**
 * The command that gives the same picture (or, without an index, the same set) again.
 * Undefined for results that only a button produces: refined and upscaled pictures.
 */
export function formatCommand(job: JobView, pictureIndex?: number): string | undefined {
  const request = requestOf(job, pictureIndex)
  return request && formatRequest(request)
}

/** The inverse of `parseCommand`, except for pictures sent as bytes and the parent link, which cannot be typed. */
export function formatRequest(request: ImagineRequest): string {
  const words = ['/imagine', quoteIfNeeded(request.prompt)]
  for (const [name, flag] of flagList) {
    const value = flag.write(request)
    if (value === undefined) continue
    words.push(`--${name}`)
    if (value !== '' || flag.shape === 'text') words.push(quoteIfNeeded(value) || '""')
  }
  return words.filter(word => word !== '').join(' ')
}

/** A typed prompt, which may end in flags, with the values of other fields as further flags instead of its own. */
export function appendFlags(typed: string, values: readonly (readonly [FlagName, string])[]): string {
  const kept = withoutFlags(typed, new Set(values.map(([name]) => name)))
  return [kept, ...values.map(([name, value]) => `--${name} ${quoteIfNeeded(value)}`)].join(' ')
}

/**
 * The text without these flags and their values. Lists stay, because the values of a repeated one are joined, and so does a value that
 * cannot be read, because the prompt may go on in it.
 */
function withoutFlags(typed: string, names: ReadonlySet<FlagName>): string {
  const marks = flagMarks(typed)
  const parts = marks.flatMap((mark, i) => {
    const found = findFlag(mark.name)
    const end = marks[i + 1]?.start
    const isReplaced =
      found.kind === 'known' &&
      names.has(found.name) &&
      !found.flag.isList &&
      found.flag.read(unquote(typed.slice(mark.valueStart, end)), { prompt: '' }) === undefined
    return isReplaced ? [] : [typed.slice(mark.start, end)]
  })
  return [typed.slice(0, marks[0]?.start), ...parts].join('').trimEnd()
}

/** The prompts of a request as they are typed in a field where flags may follow. */
export function formatPrompts({
  prompt,
  prompt2,
  negative,
}: Pick<ImagineRequest, 'prompt' | 'prompt2' | 'negative'>): string {
  return formatRequest({
    prompt,
    ...(prompt2 !== undefined && { prompt2 }),
    ...(negative !== undefined && { negative }),
  })
    .replace(commandName, '')
    .trimStart()
}

interface FlagMark {
  name: string
  /** The offset of the dashes, and the offset of the value. */
  start: number
  valueStart: number
}

/** Either a quoted part (skipped) or a flag's dashes and name, each at the start of a word. */
const wordStart =
  /(?<=^|\s)(?:"(?:[^"\\]|\\.)*"(?=\s|$)|“[^“”]*”(?=\s|$)|(?:--|[–—―]{1,2})(?<name>[a-z][a-z0-9-]*)(?:=|(?=\s|$)))/gisu

function flagMarks(command: string): FlagMark[] {
  const marks: FlagMark[] = []
  for (const match of command.matchAll(wordStart)) {
    const name = match.groups?.name
    if (name !== undefined)
      marks.push({ name, start: match.index, valueStart: match.index + match[0].length })
  }
  return marks
}

/** Removes the quotes of a fully quoted text; \" and \\ inside plain quotes mean " and \. */
function unquote(text: string): TypedValue {
  const trimmed = text.trim()
  const plain = /^"((?:[^"\\]|\\.)*)"$/s.exec(trimmed)?.[1]
  if (plain !== undefined) return { value: plain.replace(/\\(["\\])/g, '$1'), quoted: true }
  const curly = /^“([^“”]*)”$/.exec(trimmed)?.[1]
  if (curly !== undefined) return { value: curly, quoted: true }
  return { value: trimmed, quoted: false }
}

/** Quotes a text only if it would be parsed differently without quotes. */
function quoteIfNeeded(text: string): string {
  const startsLikeCommand = commandName.test(text) || optionLabel.test(text)
  const readsBack = !unquote(text).quoted && text.trim() === text && flagMarks(text).length === 0
  if (readsBack && !startsLikeCommand && !opensQuote(text)) return text
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

/** Whether a text leaves a quote open, which could close in a later flag's value and hide that flag. */
function opensQuote(text: string): boolean {
  return /(?<=^|\s)["“]/.test(text)
}
