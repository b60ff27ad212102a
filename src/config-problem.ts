/** What is wrong at one key of a configuration, in plain words, from zod's issue and the schema it came from. */
import { z } from 'zod'
import { nearestNames } from './nearest.ts'

export interface ConfigProblem {
  /** Dotted path, `web.port`. */
  key: string
  /** Continues the sentence “… is wrong at KEY: ”. */
  problem: string
}

/** The part of JSON schema that says what a key may hold. */
const rules = z.object({
  type: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  additionalProperties: z.unknown().optional(),
  items: z.unknown().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
})
type Rules = z.infer<typeof rules>

/** The first thing that `schema` found wrong in `input`; a wrong name comes before a wrong value. */
export function firstProblem(schema: z.ZodType, error: z.ZodError, input: unknown): ConfigProblem {
  const issue = error.issues.find(one => one.code === 'unrecognized_keys') ?? error.issues[0]
  return issue ? describe(schema, issue, input) : { key: 'the top level', problem: error.message }
}

function describe(schema: z.ZodType, issue: z.core.$ZodIssue, input: unknown): ConfigProblem {
  const here = rulesAt(z.toJSONSchema(schema, { io: 'input' }), issue.path)
  if (issue.code === 'unrecognized_keys') return unknownKey(issue.path, issue.keys[0] ?? '', here)
  return {
    key: dotted(issue.path) || 'the top level',
    problem: describeValue(issue, valueAt(input, issue.path), here),
  }
}

function unknownKey(parent: readonly PropertyKey[], key: string, here: Rules): ConfigProblem {
  if (/token|secret|password|encryptionkey/i.test(key)) {
    const problem = 'secrets are taken from the environment only, see config/example.env'
    return { key: dotted([...parent, key]), problem }
  }
  const [nearest] = nearestNames(key, Object.keys(here.properties ?? {}))
  const hint = nearest === undefined ? '' : `; did you mean ${dotted([...parent, nearest])}?`
  return { key: dotted([...parent, key]), problem: `there is no such setting${hint}` }
}

function describeValue(issue: z.core.$ZodIssue, value: unknown, here: Rules): string {
  if (value === undefined || value === null) return 'it has no value'
  const shown = shorten(JSON.stringify(value))
  switch (issue.code) {
    case 'invalid_type':
      return `${shown} is not ${kindOf(here.type ?? issue.expected)}`
    case 'invalid_value':
      return `${shown} is not one of ${issue.values.map(String).join(', ')}`
    case 'too_small':
    case 'too_big':
      if (issue.origin === 'string' || issue.origin === 'array') return 'it is empty'
      return `${shown} is ${rangeOf(here)}`
    case 'invalid_format':
      return issue.format === 'url' ? `${shown} is not a URL` : `${shown} ${issue.message}`
    default:
      return issue.message
  }
}

const kinds: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  number: 'a number',
  string: 'a text (put it in quotes)',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of settings',
}

function kindOf(type: string): string {
  return kinds[type] ?? type
}

/** Bounds that JSON schema adds to every whole number say nothing to a reader. */
const noBound = new Set([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])

function rangeOf(here: Rules): string {
  const low = here.minimum ?? here.exclusiveMinimum
  const high = here.maximum ?? here.exclusiveMaximum
  const least = low === undefined || noBound.has(low) ? undefined : low
  const most = high === undefined || noBound.has(high) ? undefined : high
  if (least !== undefined && most !== undefined) {
    const open = here.minimum === undefined && here.maximum === undefined ? ' (the ends excluded)' : ''
    return `outside ${least} to ${most}${open}`
  }
  if (most !== undefined) return `more than ${most}`
  return here.minimum === undefined ? `not more than ${least}` : `less than ${least}`
}

/** Follows a path through groups, lists and named entries. */
function rulesAt(schema: unknown, path: readonly PropertyKey[]): Rules {
  let here = parseRules(schema)
  for (const step of path) {
    here = parseRules(
      typeof step === 'number' ? here.items : (here.properties?.[String(step)] ?? here.additionalProperties),
    )
  }
  return here
}

function parseRules(schema: unknown): Rules {
  const parsed = rules.safeParse(schema)
  return parsed.success ? parsed.data : {}
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Reflect.get(value, step)
  }
  return value
}

function dotted(path: readonly PropertyKey[]): string {
  return path.map(String).join('.')
}

function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`
}
