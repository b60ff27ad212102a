/** Reads a model's JSON files with a schema, and reports the first key with an unsupported value. */
import { readFile, stat } from 'node:fs/promises'
import { z } from 'zod'
import { AppError } from '../../errors/errors.ts'
import {
  type ModelConfigProblem,
  type ModelFileProblem,
  modelConfigProblem,
  type ValueKind,
} from '../../errors/model-problem.ts'

/**
 * The content of the file, parsed with the schema.
 * @throws AppError 'model-file' when it is missing or not JSON, 'model-config' when a key is invalid; names the first one.
 */
export async function readConfigFile<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  return parseConfig(file, await readJsonFile(file), schema)
}

/** The parsed content, unvalidated. @throws AppError 'model-file' when the file cannot be read or is not JSON. */
export async function readJsonFile(file: string): Promise<unknown> {
  const text = await readTextFile(file)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new AppError('model-file', { file, problem: { what: 'not-json' } }, error)
  }
}

/** The content as text. @throws AppError 'model-file' when the file cannot be read. */
export async function readTextFile(file: string): Promise<string> {
  try {
    await checkRegular(file, maxTextBytes)
    return await readFile(file, 'utf8')
  } catch (error) {
    throw error instanceof AppError ? error : unreadableFile(file, error)
  }
}

/** The maximum size of a text file. The largest known one, a tokenizer.json, has about 4 MB. */
const maxTextBytes = 32 * 1024 * 1024

/**
 * Refuses pipes and devices before they are opened, because reading them could block for ever.
 * @throws AppError 'model-file' when the path is not a regular file or is too large; the system's error when it is missing.
 */
export async function checkRegular(file: string, limitBytes = Number.POSITIVE_INFINITY): Promise<void> {
  const { size: bytes, ...kind } = await describe(file)
  if (kind.isFolder) throw unreadableFile(file, Object.assign(new Error(), { code: 'EISDIR' }))
  if (!kind.isFile) throw new AppError('model-file', { file, problem: { what: 'not-a-file' } })
  if (bytes > limitBytes)
    throw new AppError('model-file', { file, problem: { what: 'too-large', bytes, limitBytes } })
}

async function describe(file: string) {
  const found = await stat(file)
  return { size: found.size, isFile: found.isFile(), isFolder: found.isDirectory() }
}

/** The fault for a file or folder that the system refused to read. */
export function unreadableFile(file: string, error: unknown): AppError<'model-file'> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  return new AppError('model-file', { file, problem: problemOfCode(code, file) }, error)
}

/** Node's replacement character for bytes that are not UTF-8. A path with it names no file. */
const replacement = '\ufffd'

function problemOfCode(code: string, file: string): ModelFileProblem {
  if (code !== 'ENOENT') return { what: 'unreadable', code }
  return { what: file.includes(replacement) ? 'name-not-utf8' : 'missing' }
}

/** As readConfigFile, for parsed JSON. file: the name for errors. @throws as readConfigFile. */
export function parseConfig<T>(file: string, json: unknown, schema: z.ZodType<T>): T {
  const result = schema.safeParse(json, { reportInput: true })
  if (result.success) return result.data
  const [issue] = result.error.issues
  if (!issue) throw result.error
  throw new AppError('model-config', { file, key: issue.path.join('.'), problem: problemOf(issue) })
}

/** Reports a problem of a rule over several keys, for `superRefine`. */
export function complain(context: z.RefinementCtx, key: string, problem: ModelConfigProblem): void {
  context.addIssue({ code: 'custom', path: [key], params: { problem } })
}

/** A key that affects the numbers and supports only these values. Absent: the reference's default. */
export function only(...values: (string | number | boolean | null)[]) {
  return z.literal(values).optional()
}

/** A count of channels, heads or tokens, or a size in pixels. The largest of a known model is a vocabulary of 49,408. */
export const count = z.int().min(1).max(1_000_000)

/** The maximum number of layers in sequence, each of which is planned. CLIP ViT-bigG has the most known, 48. */
const maxLayers = 64

export const layerCount = z.int().min(1).max(maxLayers)

/** A number of transformer blocks, or one for each of a block's layers. */
export const depth = z.union([
  z.int().min(0).max(maxLayers),
  z.array(z.int().min(0).max(maxLayers)).max(maxLayers),
])

/** An entry for each level of a network. Known networks have four. */
export function perLevel<T extends z.ZodType>(entry: T) {
  return z.array(entry).min(1).max(16)
}

function problemOf(issue: z.core.$ZodIssue): ModelConfigProblem {
  const found = written(issue.input)
  switch (issue.code) {
    case 'invalid_value':
      return { what: 'value', found, supported: issue.values.map(written) }
    case 'invalid_type':
      return { what: 'kind', found, expected: kinds[issue.expected] ?? 'other' }
    case 'too_small':
      return { what: 'below', found, minimum: Number(issue.minimum), exclusive: issue.inclusive === false }
    case 'too_big':
      return { what: 'above', found, maximum: Number(issue.maximum), exclusive: issue.inclusive === false }
    case 'custom': {
      const stated = modelConfigProblem.safeParse(issue.params?.problem)
      return stated.success ? stated.data : { what: 'kind', found, expected: 'other' }
    }
    default:
      return { what: 'kind', found, expected: 'other' }
  }
}

const kinds: Readonly<Record<string, ValueKind>> = {
  int: 'whole-number',
  number: 'number',
  string: 'text',
  boolean: 'true-or-false',
  array: 'list',
  tuple: 'list',
  object: 'object',
  record: 'object',
}

/** A value as JSON, shortened for a sentence. */
function written(value: unknown): string {
  // JSON cannot represent Infinity, which 9e999 parses to.
  const isInfinite = value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY
  const text = value === undefined ? '' : isInfinite ? String(value) : (JSON.stringify(value) ?? '')
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
