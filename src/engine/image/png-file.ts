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
  let budget = metadataLimitBytes
  for (const { type, data } of readPngChunks(bytes) ?? []) {
    if (type === 'eXIf') metadata.exif = data
    const entry = readText(type, data, budget)
    if (entry === undefined) continue
    budget -= entry.text.length
    if (entry.keyword === xmpKeyword) metadata.xmp = entry.text
    else metadata.texts.set(entry.keyword, entry.text)
  }
  return metadata
}

/** One of the three text chunks; undefined for others, for broken ones and for those that unpack beyond the limit. */
function readText(
  type: string,
  data: Uint8Array,
  limitBytes: number,
): { keyword: string; text: string } | undefined {
  const keywordEnd = data.indexOf(0)
  if (keywordEnd < 1) return undefined
  const keyword = latin1(data.subarray(0, keywordEnd))
  const rest = data.subarray(keywordEnd + 1)
  if (type === 'tEXt') return rest.length > limitBytes ? undefined : { keyword, text: latin1(rest) }
  if (type === 'zTXt') {
    const text = inflate(rest.subarray(1), limitBytes)
    return text && { keyword, text: latin1(text) }
  }
  if (type !== 'iTXt') return undefined

  // compression flag, compression method, language tag, 0, translated keyword, 0, text
  const languageEnd = rest.indexOf(0, 2)
  const translatedEnd = languageEnd < 0 ? -1 : rest.indexOf(0, languageEnd + 1)
  if (translatedEnd < 0) return undefined
  const stored = rest.subarray(translatedEnd + 1)
  const text = rest[0] === 1 ? inflate(stored, limitBytes) : stored
  if (text === undefined || text.length > limitBytes) return undefined
  return { keyword, text: Buffer.from(text).toString('utf8') }
}

/** Unpacks, but never more than the limit: a megabyte of zeros packs into one kilobyte. */
export function inflate(packed: Uint8Array, limitBytes: number): Uint8Array | undefined {
  try {
    return inflateSync(packed, { maxOutputLength: Math.max(limitBytes, 1) })
  } catch {
    return undefined
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
