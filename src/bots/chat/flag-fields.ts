/** Form fields that are named by the flags they stand for, and read by the same rules. */
import type { Problem } from '../../app/problems.ts'
import type { ImagineRequest } from '../../app/requests.ts'
import { type FlagName, findFlag } from '../grammar/flags.ts'
import type { FormValues } from './form-field.ts'

/** A problem with the field that it is about. */
export interface FieldProblem {
  field: string
  problem: Problem
}

/** Sets the request's fields from those that were filled in; the problems of those that cannot be read. */
export function readFlagFields(
  values: FormValues,
  names: readonly FlagName[],
  request: ImagineRequest,
): FieldProblem[] {
  return names.flatMap(name => {
    const value = values.text(name)?.trim() ?? ''
    const found = findFlag(name)
    if (value === '' || found.kind === 'unknown') return []
    const problem = found.flag.read({ value, quoted: false }, request)
    return problem === undefined ? [] : [{ field: name, problem }]
  })
}
