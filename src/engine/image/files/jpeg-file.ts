/** Reads, with limits, and writes the segments of a JPEG: EXIF, XMP and comments. (ITU-T T.81, annex B.) */
import { exifWithUserComment } from './exif.ts'
import {
  type EmbeddedMetadata,
  type MetadataToWrite,
  maxSegments,
  textLimitBytes,
  textOfBytes,
} from './metadata.ts'

const marker = { app0: 0xe0, app1: 0xe1, comment: 0xfe, startOfScan: 0xda, endOfImage: 0xd9 }

/** A segment's length field counts itself and has 16 bits. */
const payloadLimit = 0xffff - 2
const exifPrefix = Buffer.from('Exif\0\0', 'latin1')
const xmpPrefix = Buffer.from('http://ns.adobe.com/xap/1.0/\0', 'latin1')

interface JpegSegment {
  marker: number
  payload: Uint8Array
  end: number
}

/** The segments before the first scan. Segments beyond the maximum number are ignored. */
function* segmentsOf(bytes: Uint8Array): Generator<JpegSegment> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let left = maxSegments
  for (let at = 2; left > 0; ) {
    at = afterFilling(bytes, at)
    if (at + 4 > bytes.length || bytes[at] !== 0xff) return
    const kind = view.getUint8(at + 1)
    const end = at + 2 + view.getUint16(at + 2)
    if (kind === marker.startOfScan || kind === marker.endOfImage || end > bytes.length || end < at + 4)
      return
    left -= 1
    yield { marker: kind, payload: bytes.subarray(at + 4, end), end }
    at = end
  }
}

/** Any number of fill bytes 0xff may precede a marker; a file may consist of them. */
function afterFilling(bytes: Uint8Array, start: number): number {
  if (bytes[start] !== 0xff) return start
  let at = start + 1
  while (bytes[at] === 0xff) at += 1
  return at - 1
}

export function readJpegMetadata(bytes: Uint8Array): EmbeddedMetadata {
  const metadata: EmbeddedMetadata = { texts: new Map() }
  const comments: Uint8Array[] = []
  let allowedBytes = textLimitBytes
  for (const { marker: kind, payload } of segmentsOf(bytes)) {
    if (kind === marker.comment) {
      allowedBytes -= payload.length
      if (allowedBytes >= 0) comments.push(payload)
    }
    if (kind !== marker.app1) continue
    if (startsWith(payload, exifPrefix)) metadata.exif ??= payload.subarray(exifPrefix.length)
    if (startsWith(payload, xmpPrefix)) {
      metadata.xmp ??= Buffer.from(payload.subarray(xmpPrefix.length)).toString('utf8')
    }
  }
  if (comments.length > 0) metadata.texts.set('Comment', textOfBytes(Buffer.concat(comments)))
  return metadata
}

/**
 * The file with our EXIF and XMP after its JFIF header. JPEG allows one EXIF segment. Longer parameters go into comments, of
 * which there may be several.
 */
export function writeJpegMetadata(file: Uint8Array, { parameters, xmp }: MetadataToWrite): Uint8Array {
  let at = 2
  for (const { marker: kind, end } of segmentsOf(file)) if (kind === marker.app0) at = end
  return Buffer.concat([
    file.subarray(0, at),
    ...parameterSegments(parameters),
    segment(marker.app1, Buffer.concat([xmpPrefix, Buffer.from(xmp, 'utf8')])),
    file.subarray(at),
  ])
}

function parameterSegments(parameters: string | undefined): Uint8Array[] {
  if (parameters === undefined) return []
  const exif = Buffer.concat([exifPrefix, exifWithUserComment(parameters)])
  if (exif.length <= payloadLimit) return [segment(marker.app1, exif)]
  const text = Buffer.from(parameters, 'utf8')
  const segments: Uint8Array[] = []
  for (let at = 0; at < text.length; at += payloadLimit) {
    segments.push(segment(marker.comment, text.subarray(at, at + payloadLimit)))
  }
  return segments
}

function segment(kind: number, payload: Uint8Array): Uint8Array {
  const header = Buffer.from([0xff, kind, 0, 0])
  header.writeUInt16BE(payload.length + 2, 2)
  return Buffer.concat([header, payload])
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return prefix.every((byte, i) => bytes[i] === byte)
}
