/** Reads, with limits, and writes the RIFF chunks of a WebP: EXIF and XMP. (RFC 9649.) */
import { exifWithUserComment } from './exif.ts'
import { type EmbeddedMetadata, type MetadataToWrite, maxSegments, textLimitBytes } from './metadata.ts'

interface WebpChunk {
  type: string
  data: Uint8Array
}

const riffHeaderLength = 12
/** Flags of the VP8X chunk. */
const hasXmp = 0x04
const hasExif = 0x08

/** A chunk's type as a number: its four letters, as in the file. */
function webpType(letters: string): number {
  return Buffer.from(letters, 'latin1').readUInt32BE()
}

/**
 * Visits the chunks in order; false if the file is shorter than its header states. `from` and `to` are the offsets of a
 * chunk's data. Chunks beyond the maximum number are ignored.
 */
function scanWebpChunks(bytes: Uint8Array, visit: (type: number, from: number, to: number) => void): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < riffHeaderLength) return false
  const riffEnd = 8 + view.getUint32(4, true)
  if (riffEnd > bytes.length) return false
  let left = maxSegments
  for (let at = riffHeaderLength; at + 8 <= riffEnd && left > 0; left--) {
    const end = at + 8 + view.getUint32(at + 4, true)
    if (end > riffEnd) return false
    visit(view.getUint32(at), at + 8, end)
    at = end + (end % 2) // chunks are padded to even offsets
  }
  return true
}

const animation = [webpType('ANIM'), webpType('ANMF')]

/** Whether a file is as long as its header states, and whether it is an animation. */
export function inspectWebp(bytes: Uint8Array): 'still' | 'animated' | 'damaged' {
  let animated = false
  const whole = scanWebpChunks(bytes, type => {
    animated ||= animation.includes(type)
  })
  if (!whole) return 'damaged'
  return animated ? 'animated' : 'still'
}

const exifType = webpType('EXIF')
const xmpType = webpType('XMP ')

export function readWebpMetadata(bytes: Uint8Array): EmbeddedMetadata {
  const metadata: EmbeddedMetadata = { texts: new Map() }
  scanWebpChunks(bytes, (type, from, to) => {
    if (type === exifType) metadata.exif ??= withoutJpegPrefix(bytes.subarray(from, to))
    if (type === xmpType && to - from <= textLimitBytes)
      metadata.xmp ??= Buffer.from(bytes.subarray(from, to)).toString('utf8')
  })
  return metadata
}

/** Some writers put JPEG's "Exif\0\0" before the TIFF header. */
function withoutJpegPrefix(exif: Uint8Array): Uint8Array {
  return Buffer.from(exif.subarray(0, 6)).toString('latin1') === 'Exif\0\0' ? exif.subarray(6) : exif
}

const pixelTypes = new Map(['VP8 ', 'VP8L'].map(letters => [webpType(letters), letters]))

/** The file in the extended layout (VP8X), with our EXIF and XMP after the pixels. */
export function writeWebpMetadata(
  file: Uint8Array,
  widthPx: number,
  heightPx: number,
  { parameters, xmp }: MetadataToWrite,
): Uint8Array {
  const pixels: WebpChunk[] = []
  scanWebpChunks(file, (type, from, to) => {
    const letters = pixelTypes.get(type)
    if (letters !== undefined) pixels.push({ type: letters, data: file.subarray(from, to) })
  })
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
