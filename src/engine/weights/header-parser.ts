/**
 * Parses the JSON header of a .safetensors file. The grammar is small and fixed, so one pass over the bytes suffices, without
 * recursion, without duplicate keys, and without memory beyond the tensor entries.
 */
import type { EntryFault, ModelFileProblem } from '../../errors/model-problem.ts'
import { type DType, isDType } from './dtype.ts'

/** The reason why a file is refused. */
export class HeaderRefusal extends Error {
  readonly problem: ModelFileProblem

  constructor(problem: ModelFileProblem) {
    super(JSON.stringify(problem))
    this.problem = problem
  }
}

/** One tensor's entry in the header; begin and end are byte offsets from the end of the header. */
export interface HeaderEntry {
  readonly name: string
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

export interface ParsedHeader {
  readonly entries: readonly HeaderEntry[]
  readonly metadata: Readonly<Record<string, string>>
}

/** SDXL has about 2,600 tensors. More entries would take more memory than their header. */
const maxTensors = 100_000
/** The maximum number of axes of a tensor. No known model has more. */
const maxRank = 32
/** The maximum length of an excerpt of the header in a sentence. */
const maxShown = 40

/** Parses the whole header. @throws Refusal when it is invalid. */
export function parseHeader(bytes: Buffer): ParsedHeader {
  if (bytes[0] !== code('{')) throw new HeaderRefusal({ what: 'header', fault: 'not-an-object' })
  const reader = new HeaderReader(bytes)
  const entries: HeaderEntry[] = []
  let metadata: Record<string, string> = {}
  reader.object(name => {
    if (name === '__metadata__') metadata = metadataOf(reader)
    else entries.push(entryOf(reader, name))
    if (entries.length > maxTensors) throw new HeaderRefusal({ what: 'too-many-tensors', limit: maxTensors })
  })
  reader.finish()
  return { entries, metadata }
}

function metadataOf(reader: HeaderReader): Record<string, string> {
  const metadata: Record<string, string> = {}
  const refuse = () => new HeaderRefusal({ what: 'header', fault: 'metadata' })
  if (!reader.isNext('{')) throw refuse()
  reader.object(key => {
    if (!reader.isNext('"')) throw refuse()
    metadata[key] = reader.string()
  })
  return metadata
}

function entryOf(reader: HeaderReader, name: string): HeaderEntry {
  const refuse = (fault: EntryFault, found: string) =>
    new HeaderRefusal({ what: 'tensor-entry', tensor: name, fault, found })
  if (!reader.isNext('{')) throw refuse('description', reader.shown(reader.at))
  let dtype: unknown
  let shape: number[] | undefined
  let offsets: number[] | undefined
  reader.object(key => {
    const { at } = reader
    if (key === 'dtype') dtype = reader.isNext('"') ? reader.string() : undefined
    else if (key === 'shape') shape = reader.sizes(maxRank)
    else if (key === 'data_offsets') offsets = reader.sizes(2)
    else throw refuse('unknown-key', JSON.stringify(key))
    if (key === 'dtype' && !isDType(dtype)) throw refuse('dtype', reader.shown(at))
    if (key === 'shape' && !shape) throw refuse('shape', reader.shown(at))
    if (key === 'data_offsets' && offsets?.length !== 2) throw refuse('offsets', reader.shown(at))
  })
  if (!isDType(dtype)) throw refuse('dtype', '')
  if (!shape) throw refuse('shape', '')
  const [begin, end] = offsets ?? []
  if (begin === undefined || end === undefined) throw refuse('offsets', '')
  return { name, dtype, shape, begin, end }
}

const [quote, backslash, zero] = [code('"'), code('\\'), code('0')]
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A cursor over the header. */
class HeaderReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** `{"key": …, "key": …}`; `value` reads the value of a key. Duplicate keys are refused. */
  object(value: (key: string) => void): void {
    this.#expect('{')
    const keys = new Set<string>()
    if (this.#take('}')) return
    do {
      const key = this.string()
      if (key === '__proto__') throw new HeaderRefusal({ what: 'key-forbidden', key })
      if (keys.has(key)) throw new HeaderRefusal({ what: 'key-twice', key })
      keys.add(key)
      this.#expect(':')
      value(key)
    } while (this.#take(','))
    this.#expect('}')
  }

  /** `[1, 2]`, non-negative integers; undefined for anything else, and for more than `most` numbers. */
  sizes(most: number): number[] | undefined {
    if (!this.#take('[')) return undefined
    const sizes: number[] = []
    if (this.#take(']')) return sizes
    do {
      const size = this.#number()
      if (size === undefined || sizes.length === most) return undefined
      sizes.push(size)
    } while (this.#take(','))
    return this.#take(']') ? sizes : undefined
  }

  string(): string {
    this.#expect('"')
    const start = this.#at
    let [hasEscapes, isAscii] = [false, true]
    for (;;) {
      const byte = this.#bytes[this.#at]
      if (byte === undefined || byte < 0x20) throw notJson()
      if (byte === quote) break
      if (byte === backslash) hasEscapes = true
      if (byte > 0x7f) isAscii = false
      this.#at += byte === backslash ? 2 : 1
    }
    const text = isAscii ? this.#bytes.toString('latin1', start, this.#at) : this.#utf8(start, this.#at)
    this.#at++
    return hasEscapes ? unescaped(text) : text
  }

  isNext(character: string): boolean {
    this.#skipSpace()
    return this.#bytes[this.#at] === code(character)
  }

  get at(): number {
    return this.#at
  }

  /** The value at an offset, or its beginning: short enough for a sentence. */
  shown(at: number): string {
    const text = this.#bytes.toString('utf8', at, at + maxShown + 1).trim()
    const value = /^"(?:[^"\\]|\\.)*"?|^[^,}\]]*/s.exec(text)?.[0] ?? ''
    return value.length > maxShown - 1 ? `${value.slice(0, maxShown - 1)}…` : value
  }

  /** Refuses anything but white space after the object. */
  finish(): void {
    this.#skipSpace()
    if (this.#at < this.#bytes.length) throw notJson()
  }

  /** A non-negative safe integer; undefined for anything else. */
  #number(): number | undefined {
    this.#skipSpace()
    const start = this.#at
    let number = 0
    for (;;) {
      const digit = (this.#bytes[this.#at] ?? 0) - zero
      if (digit < 0 || digit > 9) break
      number = number * 10 + digit
      this.#at++
    }
    const digits = this.#at - start
    const isWritten = digits > 0 && (digits === 1 || this.#bytes[start] !== zero)
    return isWritten && Number.isSafeInteger(number) ? number : undefined
  }

  #utf8(start: number, end: number): string {
    try {
      return decoder.decode(this.#bytes.subarray(start, end))
    } catch {
      throw new HeaderRefusal({ what: 'header', fault: 'not-utf8' })
    }
  }

  #expect(character: string): void {
    if (!this.#take(character)) throw notJson()
  }

  #take(character: string): boolean {
    if (!this.isNext(character)) return false
    this.#at++
    return true
  }

  #skipSpace(): void {
    for (;;) {
      const byte = this.#bytes[this.#at]
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return
      this.#at++
    }
  }
}

function unescaped(text: string): string {
  try {
    return String(JSON.parse(`"${text}"`))
  } catch {
    throw notJson()
  }
}

function notJson(): HeaderRefusal {
  return new HeaderRefusal({ what: 'header', fault: 'not-json' })
}

function code(character: string): number {
  return character.charCodeAt(0)
}
