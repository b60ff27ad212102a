/** Owns reading a config.json: JSON through a schema, with one clear sentence when it asks for what is not built. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { AppError } from '../../errors.ts'

/**
 * The file through the schema.
 * @throws AppError 'model-file' when it is missing or no JSON; 'model-config' naming the first key that does not fit.
 */
export async function readConfigFile<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  let json: unknown
  try {
    json = JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    const problem =
      error instanceof SyntaxError ? 'it is not valid JSON' : 'it does not exist or cannot be read'
    throw new AppError('model-file', { file, problem }, error)
  }
  return parseConfig(file, json, schema)
}

/** As readConfigFile, for JSON that is already here. file: what to name. */
export function parseConfig<T>(file: string, json: unknown, schema: z.ZodType<T>): T {
  const result = schema.safeParse(json)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new AppError('model-config', {
    file,
    key: issue?.path.join('.') || 'the file',
    problem: issue?.message ?? 'does not fit',
  })
}

/** A key that would change the numbers and of which only these values are built. Absent: the reference's default. */
export function only(...values: (string | number | boolean | null)[]) {
  const supported = values.map(value => JSON.stringify(value)).join(' or ')
  return z
    .literal(values, {
      error: issue => `is ${JSON.stringify(issue.input)}, but only ${supported} is supported`,
    })
    .optional()
}

/** A whole number of at least 1: a count of channels, layers, heads. */
export const count = z.int({ error: 'is no whole number' }).min(1, { error: 'is less than 1' })
