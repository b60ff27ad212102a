/** WebP as a list of RIFF chunks: its EXIF and XMP, read with guards and written. (RFC 9649.) */
import { exifWithUserComment } from './exif.ts'
import type { EmbeddedMetadata, MetadataToWrite } from './metadata.ts'

export interface WebpChunk {
  type: string
  data: Uint8Array
}

const riffHeaderLength = 12
/** Flags of the VP8X chunk. */
const hasXmp = 0x04
const hasExif = 0x08

/** The chunks, as views into `bytes`; undefined where the file is shorter than it says. */
export function readWebpChunks(bytes: Uint8Array): WebpChunk[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < riffHeaderLength) return undefined
  const riffEnd = 8 + view.getUint32(4, true)
  if (riffEnd > bytes.length) return undefined
  const chunks: WebpChunk[] = []
  for (let at = riffHeaderLength; at + 8 <= riffEnd; ) {
    const end = at + 8 + view.getUint32(at + 4, true)
    if (end > riffEnd) return undefined
    const type = Buffer.from(bytes.subarray(at, at + 4)).toString('latin1')
    chunks.push({ type, data: bytes.subarray(at + 8, end) })
    at = end + (end % 2) // chunks are padded to even offsets
  }
  return chunks
}

/** Whether the chunks are those of an animation. */
export function isAnimatedWebp(chunks: WebpChunk[]): boolean {
  return chunks.some(({ type }) => type === 'ANIM' || type === 'ANMF')
}

export function readWebpMetadata(bytes: Uint8Array): EmbeddedMetadata {
  const metadata: EmbeddedMetadata = { texts: new Map() }
  for (const { type, data } of readWebpChunks(bytes) ?? []) {
    if (type === 'EXIF') metadata.exif ??= withoutJpegPrefix(data)
    if (type === 'XMP ') metadata.xmp ??= Buffer.from(data).toString('utf8')
  }
  return metadata
}

/** Some writers put JPEG's "Exif\0\0" before the TIFF header. */
function withoutJpegPrefix(exif: Uint8Array): Uint8Array {
  return Buffer.from(exif.subarray(0, 6)).toString('latin1') === 'Exif\0\0' ? exif.subarray(6) : exif
}

/** The file in the extended layout (VP8X), with our EXIF and XMP behind the pixels. */
export function writeWebpMetadata(
  file: Uint8Array,
  widthPx: number,
  heightPx: number,
  { parameters, xmp }: MetadataToWrite,
): Uint8Array {
  const pixels = (readWebpChunks(file) ?? []).filter(({ type }) => type === 'VP8 ' || type === 'VP8L')
  const header = Buffer.alloc(10)
  header[0] = hasXmp | (parameters === undefined ? 0 : hasExif)
  header.writeUIntLE(widthPx - 1, 4, 3)
  header.writeUIntLE(heightPx - 1, 7, 3)
  const chunks = [{ type: 'VP8X', data: header }, ...pixels]
  if (parameters !== undefined) chunks.push({ type: 'EXIF', data: exifWithUserComment(parameters) })
  chunks.push({ type: 'XMP ', data: Buffer.from(xmp, 'utf8') })
  return riff(chunks)
}

function riff(chunks: WebpChunk[]): Uint8Array {
  const parts = chunks.map(({ type, data }) => {
    const part = Buffer.alloc(8 + data.length + (data.length % 2))
    part.write(type, 0, 'latin1')
    part.writeUInt32LE(data.length, 4)
    part.set(data, 8)
    return part
  })
  const body = Buffer.concat([Buffer.from('WEBP', 'latin1'), ...parts])
  const header = Buffer.from('RIFF\0\0\0\0', 'latin1')
  header.writeUInt32LE(body.length, 4)
  return Buffer.concat([header, body])
}
