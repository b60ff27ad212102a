/** The type of all texts that people read. English is the reference: every language must have the same keys. */
import type { ProblemCode, ProblemDetails } from '../app/problems.ts'
import { AppError, type ErrorCode, hasCode } from '../errors/errors.ts'
import type { en } from './en/index.ts'
import { withoutFolders } from './without-folders.ts'

export { en } from './en/index.ts'

export type Words = typeof en

/** The sentence for a fault. */
export function errorSentence<Code extends ErrorCode>(words: Words, error: AppError<Code>): string {
  return words.errors[error.code](error.details)
}

/** One sentence for each thing that is wrong: of a configuration all of them. */
export function errorSentences(words: Words, error: AppError): string[] {
  const others = hasCode(error, 'config') ? (error.details.others ?? []) : []
  const file = hasCode(error, 'config') ? error.details.file : undefined
  const more = others.map(issue => new AppError('config', { file, ...issue }))
  return [error, ...more].map(one => errorSentence(words, one))
}

/** The sentence for a fault as a chat shows it: where files lie on the server is for its log and its doctor. */
export function chatErrorSentence<Code extends ErrorCode>(words: Words, error: AppError<Code>): string {
  return words.errors[error.code](withoutFolders(error.details))
}

/** The sentence for a problem. */
export function problemSentence<Code extends ProblemCode>(
  words: Words,
  problem: { code: Code; details: ProblemDetails[Code] },
): string {
  return words.problems[problem.code](problem.details)
}
