/** The one EXIF field that matters here, UserComment: A1111 keeps its parameters there in JPEG and WebP. (Exif 2.32.) */

const tag = { exifPointer: 0x8769, userComment: 0x9286 }
const type = { long: 4, undefined: 7 }
const entryLength = 12
/** A UserComment begins with eight bytes that name its character set. */
const charsetLength = 8

/**
 * A TIFF structure with nothing but a UserComment in UTF-16: header, a directory with one pointer, the EXIF directory
 * with one entry, the text. Big-endian, as A1111 writes it whatever the TIFF's own order.
 */
export function exifWithUserComment(text: string): Uint8Array {
  const value = Buffer.concat([Buffer.from('UNICODE\0', 'latin1'), Buffer.from(text, 'utf16le').swap16()])
  const ifd0 = 8
  const exifIfd = ifd0 + 2 + entryLength + 4
  const valueAt = exifIfd + 2 + entryLength + 4
  const tiff = Buffer.alloc(valueAt + value.length)
  tiff.write('MM\0*', 0, 'latin1')
  tiff.writeUInt32BE(ifd0, 4)
  writeDirectory(tiff, ifd0, tag.exifPointer, type.long, 1, exifIfd)
  writeDirectory(tiff, exifIfd, tag.userComment, type.undefined, value.length, valueAt)
  tiff.set(value, valueAt)
  return tiff
}

function writeDirectory(
  tiff: Buffer,
  at: number,
  tagId: number,
  typeId: number,
  count: number,
  value: number,
): void {
  tiff.writeUInt16BE(1, at)
  tiff.writeUInt16BE(tagId, at + 2)
  tiff.writeUInt16BE(typeId, at + 4)
  tiff.writeUInt32BE(count, at + 6)
  tiff.writeUInt32BE(value, at + 10)
}

/** The text of the UserComment; undefined where there is none or where offsets point outside. */
export function readUserComment(tiff: Uint8Array): string | undefined {
  if (tiff.length < 8) return undefined
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength)
  const order = view.getUint16(0)
  const little = order === 0x4949
  if (!little && order !== 0x4d4d) return undefined

  const exifIfd = findEntry(view, view.getUint32(4, little), tag.exifPointer, little)
  const entry = exifIfd && findEntry(view, exifIfd.value, tag.userComment, little)
  if (!entry || entry.value + entry.count > tiff.length) return undefined
  return decodeComment(tiff.subarray(entry.value, entry.value + entry.count), little)
}

function findEntry(
  view: DataView,
  directory: number,
  tagId: number,
  little: boolean,
): { count: number; value: number } | undefined {
  if (directory + 2 > view.byteLength) return undefined
  const entries = view.getUint16(directory, little)
  for (let i = 0; i < entries; i++) {
    const at = directory + 2 + i * entryLength
    if (at + entryLength > view.byteLength) return undefined
    if (view.getUint16(at, little) !== tagId) continue
    return { count: view.getUint32(at + 4, little), value: view.getUint32(at + 8, little) }
  }
  return undefined
}

function decodeComment(value: Uint8Array, little: boolean): string {
  const charset = Buffer.from(value.subarray(0, charsetLength)).toString('latin1')
  const text = value.subarray(charsetLength)
  if (!charset.startsWith('UNICODE')) return withoutPadding(Buffer.from(text).toString('utf8'))

  const even = Buffer.from(text.subarray(0, text.length - (text.length % 2)))
  if (!little || !looksLittleEndian(even)) even.swap16()
  return withoutPadding(even.toString('utf16le').replace(/^\ufeff/, ''))
}

/**
 * In big-endian files the text is big-endian too; in little-endian ones writers differ. Parameters always hold ASCII,
 * whose high bytes are zero: they stand first in big-endian and second in little-endian text.
 */
function looksLittleEndian(text: Uint8Array): boolean {
  let zerosFirst = 0
  let zerosSecond = 0
  for (let i = 0; i + 1 < text.length; i += 2) {
    if (text[i] === 0) zerosFirst += 1
    if (text[i + 1] === 0) zerosSecond += 1
  }
  return zerosSecond >= zerosFirst
}

const withoutPadding = (text: string) => text.replace(/\0+$/, '')
