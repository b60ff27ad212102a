/** Reads untrusted JSON without loss of digits. Each field is read separately, and is absent if its type is wrong. */
import { z } from 'zod'

/** A JSON string, or a number, including Python's NaN and Infinity. */
const token = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|NaN|-?Infinity/g
/** Numbers with fewer digits are exact as a double. */
const longInteger = /^-?\d{16,}$/

/**
 * Parses a text as a JSON object; undefined if it is not one. Integers beyond a double's precision become strings of their
 * digits, and Python's NaN and Infinity become null.
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
