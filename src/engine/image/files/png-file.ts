/** Reads, with limits, and writes the chunks of a PNG: texts, XMP and EXIF. (PNG specification, 3rd edition.) */
import { inflateSync } from 'node:zlib'
import type { SizePx } from '../picture.ts'
import { guessFormat } from './format.ts'
import { type EmbeddedMetadata, type MetadataToWrite, textLimitBytes, textOfBytes } from './metadata.ts'

const signatureLength = 8
/** Sizes of the specification, in bytes. */
const longestKeyword = 79
const xmpKeyword = 'XML:com.adobe.xmp'

/** A chunk's type as a number: its four letters, big-endian. */
export function pngType(letters: string): number {
  return Buffer.from(letters, 'latin1').readUInt32BE()
}

const end = pngType('IEND')

/** The largest genuine files have a few thousand chunks, of 8 KB each. */
const maxChunks = 100_000

/**
 * Visits the chunks up to IEND in order; false if the file ends earlier or has too many. `from` and `to` are the offsets of a
 * whole chunk, including its length and checksum. Checksums are not verified. A file may have a chunk every twelve bytes, so
 * nothing is allocated for a chunk.
 */
export function scanPngChunks(
  bytes: Uint8Array,
  visit: (type: number, from: number, to: number) => void,
): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let from = signatureLength
  for (let left = maxChunks; left > 0 && from + 12 <= bytes.length; left--) {
    const to = from + 12 + view.getUint32(from)
    if (to > bytes.length) return false
    const type = view.getUint32(from + 4)
    visit(type, from, to)
    if (type === end) return true
    from = to
  }
  return false
}

/** A chunk's data, as a view into the file. */
export function pngData(bytes: Uint8Array, from: number, to: number): Uint8Array {
  return bytes.subarray(from + 8, to - 4)
}

const header = pngType('IHDR')
/** With its length, type and checksum. */
const headerChunkBytes = 25

/** The size in the header of a PNG that reaches its end; undefined for anything else. Pixels and checksums are not looked at. */
export function readPngSize(bytes: Uint8Array): SizePx | undefined {
  const format = guessFormat(bytes)
  if (format.kind !== 'readable' || format.format !== 'png') return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let size: SizePx | undefined
  const isWhole = scanPngChunks(bytes, (type, from, to) => {
    if (from !== signatureLength || type !== header || to - from !== headerChunkBytes) return
    size = { widthPx: view.getUint32(from + 8), heightPx: view.getUint32(from + 12) }
  })
  return isWhole ? size : undefined
}

const exif = pngType('eXIf')
const textTypes: ReadonlyMap<number, string> = new Map(
  ['tEXt', 'zTXt', 'iTXt'].map(letters => [pngType(letters), letters]),
)

/** Added to the length of each text, so that a file of empty texts does not cost more than one of long texts. */
const entryBytes = 1000

export function readPngMetadata(bytes: Uint8Array): EmbeddedMetadata {
  const metadata: EmbeddedMetadata = { texts: new Map() }
  // One limit for all texts together, so that a thousand decompression bombs do not cost more than one.
  let allowedBytes = textLimitBytes
  scanPngChunks(bytes, (type, from, to) => {
    if (type === exif) metadata.exif = pngData(bytes, from, to)
    const letters = textTypes.get(type)
    if (letters === undefined || allowedBytes <= 0) return
    allowedBytes -= entryBytes
    const entry = readText(letters, pngData(bytes, from, to), allowedBytes)
    if (entry === undefined) return
    if (entry.text === undefined) {
      allowedBytes = 0
      return
    }
    allowedBytes -= entry.text.length
    const text = letters === 'iTXt' ? Buffer.from(entry.text).toString('utf8') : textOfBytes(entry.text)
    if (entry.keyword === xmpKeyword) metadata.xmp = text
    else metadata.texts.set(entry.keyword, text)
  })
  return metadata
}

/**
 * The content of one of the three kinds of text chunks, with an undefined text if it exceeds the limit; undefined for other or
 * invalid chunks.
 */
function readText(
  type: string,
  data: Uint8Array,
  limitBytes: number,
): { keyword: string; text: Uint8Array | undefined } | undefined {
  const keywordEnd = data.subarray(0, longestKeyword + 1).indexOf(0)
  if (keywordEnd < 1) return undefined
  const keyword = latin1(data.subarray(0, keywordEnd))
  const rest = data.subarray(keywordEnd + 1)
  const within = (text: Uint8Array) => ({ keyword, text: text.length > limitBytes ? undefined : text })
  const unpacked = (packed: Uint8Array) => {
    const inflated = inflate(packed, limitBytes)
    if (inflated.kind === 'damaged') return undefined
    return { keyword, text: inflated.kind === 'inflated' ? inflated.bytes : undefined }
  }
  if (type === 'tEXt') return within(rest)
  if (type === 'zTXt') return unpacked(rest.subarray(1))
  if (type !== 'iTXt') return undefined

  // compression flag, compression method, language tag, 0, translated keyword, 0, text
  const languageEnd = rest.indexOf(0, 2)
  const translatedEnd = languageEnd < 0 ? -1 : rest.indexOf(0, languageEnd + 1)
  if (translatedEnd < 0) return undefined
  const stored = rest.subarray(translatedEnd + 1)
  return rest[0] === 1 ? unpacked(stored) : within(stored)
}

export type Inflated = { kind: 'inflated'; bytes: Uint8Array } | { kind: 'too-large' } | { kind: 'damaged' }

/** Decompresses up to the limit: one kilobyte can contain a megabyte of zeros. */
export function inflate(packed: Uint8Array, limitBytes: number): Inflated {
  try {
    return { kind: 'inflated', bytes: inflateSync(packed, { maxOutputLength: Math.max(limitBytes, 1) }) }
  } catch (error) {
    // zlib throws a RangeError if the limit is exceeded, and other errors for invalid data.
    return { kind: error instanceof RangeError ? 'too-large' : 'damaged' }
  }
}

/** The file with our texts directly after its header, because some readers stop at the pixels. */
export function writePngMetadata(file: Uint8Array, { parameters, xmp }: MetadataToWrite): Uint8Array {
  const headerEnd = signatureLength + 12 + 13
  const chunks = [internationalText(xmpKeyword, xmp)]
  if (parameters !== undefined) {
    chunks.unshift(
      fitsLatin1(parameters)
        ? latin1Text('parameters', parameters)
        : internationalText('parameters', parameters),
    )
  }
  return Buffer.concat([file.subarray(0, headerEnd), ...chunks, file.subarray(headerEnd)])
}

/** Whether a text can go into tEXt: Latin-1 without NUL, whose bytes are not valid UTF-8 as well. */
function fitsLatin1(text: string): boolean {
  return !text.includes('\0') && textOfBytes(Buffer.from(text, 'latin1')) === text
}

function latin1Text(keyword: string, text: string): Uint8Array {
  return pngChunk('tEXt', Buffer.from(`${keyword}\0${text}`, 'latin1'))
}

function internationalText(keyword: string, text: string): Uint8Array {
  return pngChunk('iTXt', Buffer.from(`${keyword}\0\0\0\0\0${text}`, 'utf8'))
}

/** length, type, data, CRC-32 of type and data */
export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const chunk = Buffer.alloc(12 + data.length)
  chunk.writeUInt32BE(data.length, 0)
  chunk.write(type, 4, 'latin1')
  chunk.set(data, 8)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length)
  return chunk
}

/** CRC-32 of ISO 3309; node:zlib has it only since Node 20.15. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (crcTable[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1
  return crc
})

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
