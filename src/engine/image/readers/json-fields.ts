/** JSON of strangers: parsed without loss, its fields read one by one, each absent where it is not what it should be. */
import { z } from 'zod'

/** A string, or a number, which may be one that only JavaScript's writers and Python's have. */
const token = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|NaN|-?Infinity/g
/** Fewer digits are exact as a double. */
const longInteger = /^-?\d{16,}$/

/**
 * The object that a text is; undefined where it is none. Integers that a double does not hold come as strings of their
 * digits, and Python's NaN and Infinity as null.
 */
export function parseObject(text: string): unknown {
  if (!/^\s{0,100}\{/.test(text)) return undefined
  try {
    const exact = text.replace(token, found => {
      if (longInteger.test(found)) return `"${found}"`
      return found.endsWith('NaN') || found.endsWith('Infinity') ? 'null' : found
    })
    const value: unknown = JSON.parse(exact)
    return value
  } catch {
    return undefined
  }
}

/** What a field may be: of its kind, or not there. */
function lenient<Schema extends z.ZodType>(schema: Schema) {
  return schema.optional().catch(undefined)
}

const numeral = z.string().regex(/^-?\d{1,15}(?:\.\d{1,15})?$/)
const digits = z.string().regex(/^-?\d{1,20}$/)

/** A number may stand in quotes. */
export const number = lenient(z.union([z.number(), numeral.transform(Number)]))
/** A seed: up to 64 bits, each digit kept. */
export const seed = lenient(z.union([z.int(), digits]).transform(BigInt))
export const text = lenient(z.string())

/** An object with fields of its own; all absent where there is none. */
export function fields<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.object(shape).optional().catch(undefined)
}

/** More than anybody uses at once. */
const longestList = 100

/** The items that are of their kind. */
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
