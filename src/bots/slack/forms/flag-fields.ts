/** Form fields that are named by the flags they stand for, and read by the same rules. */
import type { ImagineRequest } from '../../../app/requests.ts'
import { problemSentence, type Words } from '../../../words/en.ts'
import { type FlagName, findFlag } from '../../grammar/flags.ts'
import type { FormValues } from './fields.ts'

/** Sets the request's fields from those that were filled in; a sentence per field that cannot be read. */
export function readFlagFields(
  answers: FormValues,
  names: readonly FlagName[],
  request: ImagineRequest,
  words: Words,
): Record<string, string> {
  const errors: Record<string, string> = {}
  for (const name of names) {
    const value = answers.text(name)
    const found = findFlag(name)
    if (value === undefined || found.kind === 'unknown') continue
    const problem = found.flag.read({ value, quoted: false }, request)
    if (problem !== undefined) errors[name] = problemSentence(words, problem)
  }
  return errors
}
