/** Converts zod's issues to problems of single keys of the configuration. */
import { z } from 'zod'
import { nearestNames } from '../common/nearest.ts'
import {
  type ConfigIssue,
  type ConfigProblem,
  type SettingFormat,
  type SettingType,
  settingFormats,
  settingTypes,
} from '../errors/config-problem.ts'

/** The part of JSON schema with the constraints of a key. */
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

/** Every problem that `schema` found in `input`; wrong names come before wrong values. */
export function configIssues(schema: z.ZodType, error: z.ZodError, input: unknown): ConfigIssue[] {
  const allRules = z.toJSONSchema(schema, { io: 'input' })
  const isName = ({ code }: z.core.$ZodIssue) => code === 'unrecognized_keys'
  const ordered = [...error.issues.filter(isName), ...error.issues.filter(issue => !isName(issue))]
  return ordered.flatMap(issue => issuesAt(rulesAt(allRules, issue.path), issue, input))
}

function issuesAt(here: Rules, issue: z.core.$ZodIssue, input: unknown): ConfigIssue[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map(key => unknownKey(issue.path, key, here))
  return [{ key: dottedPath(issue.path), problem: problemOf(issue, valueAt(input, issue.path), here) }]
}

function unknownKey(parent: readonly PropertyKey[], key: string, here: Rules): ConfigIssue {
  const at = dottedPath([...parent, key])
  if (/token|secret|password|encryptionkey/i.test(key)) return { key: at, problem: { what: 'secret' } }
  const [nearest] = nearestNames(key, Object.keys(here.properties ?? {}))
  return {
    key: at,
    problem: {
      what: 'unknown-key',
      nearest: nearest === undefined ? undefined : dottedPath([...parent, nearest]),
    },
  }
}

function problemOf(issue: z.core.$ZodIssue, value: unknown, here: Rules): ConfigProblem {
  if (value === undefined || value === null) return { what: 'no-value' }
  const found = shorten(literalOf(value))
  switch (issue.code) {
    case 'invalid_type': {
      const expected = here.type ?? issue.expected
      return isType(expected) ? { what: 'type', found, expected } : { what: 'invalid', found }
    }
    case 'invalid_value':
      return { what: 'choice', found, known: issue.values.map(String) }
    case 'too_small':
    case 'too_big':
      return issue.origin === 'string' || issue.origin === 'array'
        ? { what: 'empty' }
        : rangeOf(found, here, issue.code)
    case 'invalid_format':
      return formatProblem(found, issue.format === 'url' ? 'url' : issue.message)
    case 'invalid_key':
      return formatProblem(JSON.stringify(issue.path.at(-1)), issue.issues[0]?.message ?? '')
    case 'custom':
      return customProblem(found, issue.message)
    default:
      return { what: 'invalid', found }
  }
}

function customProblem(found: string, message: string): ConfigProblem {
  if (message === noDevice) return { what: 'empty' }
  if (message === deviceTwice) return { what: 'device-twice' }
  return message === autoNotAlone ? { what: 'auto-not-alone' } : formatProblem(found, message)
}

/** The messages of the schema's checks of the list of devices: none, a choice beside named ones, one that is named twice. */
export const noDevice = 'no-device'
export const autoNotAlone = 'auto-not-alone'
export const deviceTwice = 'device-twice'

/** The message of a format check is the format's name. */
function formatProblem(found: string, message: string): ConfigProblem {
  return isFormat(message) ? { what: 'format', found, expected: message } : { what: 'invalid', found }
}

function isFormat(text: string): text is SettingFormat {
  return settingFormats.some(format => format === text)
}

function isType(text: string): text is SettingType {
  return settingTypes.some(type => type === text)
}

/** Bounds that JSON schema adds to every integer; only the one that is exceeded is reported. */
const ofEveryInteger = new Set([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])

function rangeOf(found: string, here: Rules, code: 'too_small' | 'too_big'): ConfigProblem {
  const low = here.minimum ?? here.exclusiveMinimum
  const high = here.maximum ?? here.exclusiveMaximum
  return {
    what: 'range',
    found,
    min: low !== undefined && ofEveryInteger.has(low) && code === 'too_big' ? undefined : low,
    max: high !== undefined && ofEveryInteger.has(high) && code === 'too_small' ? undefined : high,
    open: here.minimum === undefined && here.maximum === undefined,
  }
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

function dottedPath(path: readonly PropertyKey[]): string {
  return path.map(String).join('.')
}

/** JSON has no spelling for what YAML reads from 1e999 and .nan. */
function literalOf(value: unknown): string {
  return typeof value === 'number' ? String(value) : JSON.stringify(value)
}

function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`
}
