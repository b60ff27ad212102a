/** PNG as a list of chunks: its texts, XMP and EXIF, read with guards and written. (PNG specification, 3rd edition.) */
import { inflateSync } from 'node:zlib'
import { type EmbeddedMetadata, type MetadataToWrite, metadataLimitBytes } from './metadata.ts'

export interface PngChunk {
  type: string
  data: Uint8Array
  /** The chunk as it stands in the file, with length and checksum. */
  raw: Uint8Array
}

const signatureLength = 8
const xmpKeyword = 'XML:com.adobe.xmp'

/** The chunks up to IEND, as views into `bytes`; undefined where the file ends before. Checksums are not verified. */
export function readPngChunks(bytes: Uint8Array): PngChunk[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const chunks: PngChunk[] = []
  for (let at = signatureLength; at + 12 <= bytes.length; ) {
    const end = at + 12 + view.getUint32(at)
    if (end > bytes.length) return undefined
    const type = latin1(bytes.subarray(at + 4, at + 8))
    chunks.push({ type, data: bytes.subarray(at + 8, end - 4), raw: bytes.subarray(at, end) })
    if (type === 'IEND') return chunks
    at = end
  }
  return undefined
}

export function readPngMetadata(bytes: Uint8Array): EmbeddedMetadata {
  const metadata: EmbeddedMetadata = { texts: new Map() }
  // One allowance for all texts together: a thousand bombs must not cost more than one.
  let allowedBytes = metadataLimitBytes
  for (const { type, data } of readPngChunks(bytes) ?? []) {
    if (type === 'eXIf') metadata.exif = data
    const entry = readText(type, data, allowedBytes)
    if (entry === undefined) continue
    if (entry.text === undefined) break
    allowedBytes -= entry.text.length
    const text = Buffer.from(entry.text).toString(type === 'iTXt' ? 'utf8' : 'latin1')
    if (entry.keyword === xmpKeyword) metadata.xmp = text
    else metadata.texts.set(entry.keyword, text)
  }
  return metadata
}

/** One of the three text chunks, its text undefined where it is beyond the limit; undefined if it is none or broken. */
function readText(
  type: string,
  data: Uint8Array,
  limitBytes: number,
): { keyword: string; text: Uint8Array | undefined } | undefined {
  const keywordEnd = data.indexOf(0)
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

/** Unpacks, but never more than the limit: a megabyte of zeros packs into one kilobyte. */
export function inflate(packed: Uint8Array, limitBytes: number): Inflated {
  try {
    return { kind: 'inflated', bytes: inflateSync(packed, { maxOutputLength: Math.max(limitBytes, 1) }) }
  } catch (error) {
    // zlib's own errors are about the data; a RangeError is about our limit.
    return { kind: error instanceof RangeError ? 'too-large' : 'damaged' }
  }
}

/** The file with our texts right behind its header, where readers that stop at the pixels find them. */
export function writePngMetadata(file: Uint8Array, { parameters, xmp }: MetadataToWrite): Uint8Array {
  const headerEnd = signatureLength + 12 + 13
  const chunks = [internationalText(xmpKeyword, xmp)]
  if (parameters !== undefined) {
    chunks.unshift(
      isLatin1(parameters)
        ? latin1Text('parameters', parameters)
        : internationalText('parameters', parameters),
    )
  }
  return Buffer.concat([file.subarray(0, headerEnd), ...chunks, file.subarray(headerEnd)])
}

/** Whether tEXt can hold it: Latin-1 without NUL. */
function isLatin1(text: string): boolean {
  return !text.includes('\0') && Buffer.from(text, 'latin1').toString('latin1') === text
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
