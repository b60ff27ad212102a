/** Mutations of files for fuzz tests: bytes anywhere, and values inside of JSON. */
import * as fc from 'fast-check'

/** One change of bytes. `at` is a fraction of the length. */
interface ByteEdit {
  readonly at: number
  readonly kind: 'replace' | 'insert' | 'delete' | 'truncate' | 'repeat'
  readonly byte: number
  readonly length: number
}

/** One change of JSON. `place` chooses among all values, as a fraction. */
interface JsonEdit {
  readonly place: number
  readonly value: unknown
}

export type Mutation =
  | { readonly kind: 'bytes'; readonly edits: readonly ByteEdit[] }
  | { readonly kind: 'json'; readonly edits: readonly JsonEdit[] }

/** Values that readers forget to think of. `undefined` takes the value away. */
const hostileValues: readonly unknown[] = [
  undefined,
  null,
  true,
  -1,
  0,
  0.5,
  1e308,
  1e9,
  Number.MAX_SAFE_INTEGER,
  2 ** 53,
  '',
  'x',
  '\u202e\u0000',
  '__proto__',
  [],
  [[]],
  {},
  [1, 2, 3],
  [-1],
  [2 ** 53],
  Array.from({ length: 1000 }, () => 4_294_967_296),
]

const jsonCharacters = [...Buffer.from('{}[]":,0123456789-+.eE\\u_ \0\xffFIU', 'latin1')]

/** A fraction below 1, without a liking for the ends. */
const anywhere = fc.noBias(fc.nat(999_999)).map(part => part / 1_000_000)

export const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({
    kind: fc.constant('bytes' as const),
    edits: fc.array(
      fc.record({
        at: anywhere,
        kind: fc.constantFrom('replace', 'insert', 'delete', 'truncate', 'repeat'),
        byte: fc.oneof(fc.constantFrom(...jsonCharacters), fc.nat(255)),
        length: fc.nat(12),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  }),
  fc.record({
    kind: fc.constant('json' as const),
    edits: fc.array(
      fc.record({
        place: anywhere,
        value: fc.oneof(fc.constantFrom(...hostileValues), fc.jsonValue({ maxDepth: 2 })),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  }),
)

/** text: of a JSON file. Edits of JSON leave it well formed, so that what lies behind the parser is reached. */
export function mutated(text: string, change: Mutation): Buffer {
  if (change.kind === 'bytes') return change.edits.reduce<Buffer>(mutateBytes, Buffer.from(text))
  const edited = change.edits.reduce<unknown>(mutateJson, JSON.parse(text))
  return Buffer.from(JSON.stringify(edited) ?? 'null')
}

export function mutateBytes(bytes: Buffer, { at, kind, byte, length }: ByteEdit): Buffer {
  const place = Math.floor(at * bytes.length)
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)]
  switch (kind) {
    case 'insert':
      return Buffer.concat([before, Buffer.of(byte), after])
    case 'delete':
      return Buffer.concat([before, after.subarray(length)])
    case 'truncate':
      return before
    case 'repeat':
      return Buffer.concat([before, after.subarray(0, length), after])
    case 'replace':
      return Buffer.concat([before, Buffer.of(byte), after.subarray(1)])
  }
}

function mutateJson(json: unknown, { place, value }: JsonEdit): unknown {
  const places = placesIn(json)
  const path = places[Math.floor(place * places.length)] ?? []
  return replaced(json, path, value)
}

function placesIn(json: unknown, path: readonly string[] = []): string[][] {
  if (typeof json !== 'object' || json === null) return [[...path]]
  return [[...path], ...Object.entries(json).flatMap(([key, value]) => placesIn(value, [...path, key]))]
}

function replaced(json: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value
  if (Array.isArray(json)) {
    return json.flatMap((one, i) => {
      if (String(i) !== key) return [one]
      const changed = replaced(one, rest, value)
      return changed === undefined ? [] : [changed]
    })
  }
  const entries = Object.entries(Object(json)).map(([name, one]) => [
    name,
    name === key ? replaced(one, rest, value) : one,
  ])
  return Object.fromEntries(entries)
}
