/** Form fields for flags. They have the flag's name and are read by the flag's rules. */
import type { Problem } from '../../app/problems.ts'
import type { ImagineRequest } from '../../app/requests.ts'
import { parseCommand } from '../grammar/command-line.ts'
import { type FlagName, overrideFlag } from '../grammar/flags.ts'
import type { FormValues } from './form-field.ts'

/** A problem and its field. */
export interface FieldProblem {
  field: string
  problem: Problem
}

/** Sets the request's fields from the filled form fields. Returns the problems of invalid ones. */
export function readFlagFields(
  values: FormValues,
  names: readonly FlagName[],
  request: ImagineRequest,
): FieldProblem[] {
  return filledFlags(values, names).flatMap(([name, value]) => {
    const problem = overrideFlag(name, value, request)
    return problem === undefined ? [] : [{ field: name, problem: ofField(problem) }]
  })
}

/** The request in a form's prompt field. The field's own hint states that flags go at its end. */
export function readPromptField(text: string): ImagineRequest {
  const request = parseCommand(text)
  return request.problems ? { ...request, problems: request.problems.map(ofField) } : request
}

/** The problem without the advice on where flags are typed. */
function ofField(problem: Problem): Problem {
  return problem.code === 'flag-value'
    ? { code: problem.code, details: { ...problem.details, isField: true } }
    : problem
}

/** The filled form fields with their values. */
export function filledFlags(values: FormValues, names: readonly FlagName[]): [FlagName, string][] {
  return names.flatMap((name): [FlagName, string][] => {
    const value = values.text(name)?.trim() ?? ''
    return value === '' ? [] : [[name, value]]
  })
}
