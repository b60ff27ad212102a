/** Reads untrusted JSON without loss of digits. Each field is read separately, and is absent if its type is wrong. */
import { z } from 'zod'
import { textLimitBytes } from '../files/metadata.ts'

/** A JSON string, a number, including Python's NaN and Infinity, a bracket or a comma. */
const token = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|NaN|-?Infinity|[{}[\],]/g
/** Numbers with fewer digits are exact as a double. */
const longInteger = /^-?\d{16,}$/

/** No known format nests deeper than about ten levels. */
const maxLevels = 256
/** The maximum number of tokens of all texts of a picture. A ComfyUI graph has about 40 per node, and at most 1,000 nodes. */
const maxTokens = 80_000

/**
 * Parses a text as a JSON object; undefined if it is not one, or is larger than those of any known program. Integers beyond a
 * double's precision become strings of their digits, and Python's NaN and Infinity become null.
 */
export type ObjectParser = (text: string) => unknown

/**
 * The parser of one picture's texts. Each text is parsed once, however many readers ask, and all texts together have one limit,
 * because they are parsed on the main thread.
 */
export function objectParser(): ObjectParser {
  const parsed = new Map<string, unknown>()
  const left = { characters: textLimitBytes, tokens: maxTokens }
  return text => {
    if (!/^\s{0,100}\{/.test(text)) return undefined
    if (!parsed.has(text)) {
      left.characters -= text.length
      parsed.set(text, left.characters < 0 ? undefined : parseWithin(text, left))
    }
    return parsed.get(text)
  }
}

function parseWithin(text: string, left: { tokens: number }): unknown {
  try {
    const exact = exactText(text, left)
    const value: unknown = exact === undefined ? undefined : JSON.parse(exact)
    return value
  } catch {
    return undefined
  }
}

/** The text with its numbers as strict JSON without loss of digits; undefined if it is nested too deeply or has too many tokens. */
function exactText(text: string, left: { tokens: number }): string | undefined {
  let exact = ''
  let copied = 0
  let level = 0
  for (const { 0: found, index } of text.matchAll(token)) {
    left.tokens -= 1
    if (found === '{' || found === '[') level += 1
    else if (found === '}' || found === ']') level -= 1
    if (left.tokens < 0 || level > maxLevels) return undefined
    const replaced = exactToken(found)
    if (replaced === found) continue
    exact += text.slice(copied, index) + replaced
    copied = index + found.length
  }
  return exact + text.slice(copied)
}

function exactToken(found: string): string {
  if (longInteger.test(found)) return `"${found}"`
  return found.endsWith('NaN') || found.endsWith('Infinity') ? 'null' : found
}

/** A field of that type, or absent. */
function lenient<Schema extends z.ZodType>(schema: Schema) {
  return schema.optional().catch(undefined)
}

const numeral = z.string().regex(/^-?\d{1,15}(?:\.\d{1,15})?$/)
const digits = z.string().regex(/^-?\d{1,20}$/)

/** A number, which may be quoted. */
export const number = lenient(z.union([z.number(), numeral.transform(Number)]))
/** A seed of up to 64 bits, with all digits. */
export const seed = lenient(z.union([z.int(), digits]).transform(BigInt))
export const text = lenient(z.string())

/** A nested object; all of its fields are absent if there is none. */
export function fields<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.object(shape).optional().catch(undefined)
}

/** The maximum number of items; real files have fewer. */
const longestList = 100

/** The items of that type. */
export function list<Item extends z.ZodType>(item: Item) {
  return z
    .array(z.unknown())
    .catch([])
    .default([])
    .transform(items =>
      items.slice(0, longestList).flatMap(one => {
        const read = item.safeParse(one)
        return read.success ? [read.data] : []
      }),
    )
}
