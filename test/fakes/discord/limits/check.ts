/** From a zod schema to Discord's error 50035: the one way by which the fake reads a request's body. */
import type { z } from 'zod'
import { type FieldFault, refuse } from '../transport/refusal.ts'

/** The body as its schema reads it. Throws the 400 that Discord would answer, naming each field at fault. */
export function checked<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  throw refuse.invalidForm(parsed.error.issues.flatMap(faultsOf))
}

function faultsOf(issue: z.core.$ZodIssue): FieldFault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(key => ({
      path: [...issue.path, key],
      code: 'UNKNOWN_FIELD',
      message: `Discord knows no field ${key} here.`,
    }))
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    return issue.errors.flat().flatMap(inner => faultsOf({ ...inner, path: [...issue.path, ...inner.path] }))
  }
  return [{ path: issue.path, code: codeOf(issue), message: issue.message }]
}

function codeOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'too_big':
      return issue.origin === 'string' ? 'BASE_TYPE_MAX_LENGTH' : 'BASE_TYPE_BAD_LENGTH'
    case 'too_small':
      return issue.origin === 'string' ? 'BASE_TYPE_MIN_LENGTH' : 'BASE_TYPE_BAD_LENGTH'
    case 'custom':
      return typeof issue.params?.discord === 'string' ? issue.params.discord : 'CUSTOM'
    default:
      return 'BASE_TYPE_CHOICES'
  }
}

/** Reports a rule that spans several fields, with the code that Discord gives it. */
export function broken(
  context: z.RefinementCtx,
  path: readonly PropertyKey[],
  discord: string,
  message: string,
): void {
  context.addIssue({ code: 'custom', path: [...path], message, params: { discord } })
}
