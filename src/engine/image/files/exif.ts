/** The text fields of EXIF (Exif 2.32): UserComment, which holds A1111's parameters in JPEG and WebP, and those of others. */
import { textLimitBytes, textOfBytes } from './metadata.ts'

const tag = { exifPointer: 0x8769, userComment: 0x9286 }
/** ImageDescription, Make, Model, Software and MakerNote, which ComfyUI, SwarmUI and Fooocus use. */
const textTags: ReadonlySet<number> = new Set([0x010e, 0x010f, 0x0110, 0x0131, 0x927c])
const type = { long: 4, undefined: 7 }
const entryLength = 12
/** A UserComment begins with eight bytes that name its character set. */
const charsetLength = 8

/**
 * A TIFF structure with a single UserComment in UTF-16: the header, a directory with one pointer, the EXIF directory with one
 * entry, and the text. It is big-endian, like A1111's text, which ignores the byte order of its TIFF structure.
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

export interface ExifTexts {
  userComment?: string
  /** The texts of the other fields that programs use, in their order. */
  others: string[]
}

/** The texts of a TIFF structure. Pointers outside of it are ignored. */
export function readExifTexts(tiff: Uint8Array): ExifTexts {
  const texts: ExifTexts = { others: [] }
  if (tiff.length < 8) return texts
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength)
  const order = view.getUint16(0)
  const little = order === 0x4949
  if (!little && order !== 0x4d4d) return texts

  const first = entriesAt(view, view.getUint32(4, little), little)
  const pointer = first.find(({ id }) => id === tag.exifPointer)
  const second = pointer === undefined ? [] : entriesAt(view, view.getUint32(pointer.at + 8, little), little)
  // Pillow leaves a UserComment in the first directory, which the standard does not provide for. Each field is read once, so
  // that a thousand entries that point at the same megabytes do not cost more than one.
  const once = new Map([...second, ...first].map(entry => [entry.id, entry]))
  for (const entry of once.values()) {
    const value = bytesOf(tiff, view, entry, little)
    if (value === undefined) continue
    if (entry.id === tag.userComment) texts.userComment = decodeComment(value, little)
    else if (textTags.has(entry.id)) texts.others.push(withoutPadding(textOfBytes(value)))
  }
  return texts
}

interface DirectoryEntry {
  id: number
  /** The offset of its twelve bytes: tag, type, count, and the value or the value's offset. */
  at: number
}

/** Genuine directories have some dozens of entries. */
const maxEntries = 1000

function entriesAt(view: DataView, directory: number, little: boolean): DirectoryEntry[] {
  if (directory + 2 > view.byteLength) return []
  const room = Math.floor((view.byteLength - directory - 2) / entryLength)
  const length = Math.min(view.getUint16(directory, little), room, maxEntries)
  return Array.from({ length }, (_, i) => {
    const at = directory + 2 + i * entryLength
    return { id: view.getUint16(at, little), at }
  })
}

/** The value of a field of bytes. Up to four bytes are in the entry itself. */
function bytesOf(
  tiff: Uint8Array,
  view: DataView,
  { at }: DirectoryEntry,
  little: boolean,
): Uint8Array | undefined {
  const count = view.getUint32(at + 4, little)
  const from = count <= 4 ? at + 8 : view.getUint32(at + 8, little)
  return count > textLimitBytes || from + count > tiff.length ? undefined : tiff.subarray(from, from + count)
}

/** The character codes of Exif 2.32, table 9. Some programs write the text without a code. */
function decodeComment(value: Uint8Array, little: boolean): string {
  const charset = Buffer.from(value.subarray(0, charsetLength)).toString('latin1')
  const text = value.subarray(charsetLength)
  switch (charset) {
    case 'UNICODE\0':
      return decodeUtf16(text, little)
    case 'JIS\0\0\0\0\0':
      return withoutPadding(new TextDecoder('iso-2022-jp').decode(text))
    case 'ASCII\0\0\0':
    case '\0\0\0\0\0\0\0\0':
      return withoutPadding(textOfBytes(text))
    default:
      return withoutPadding(textOfBytes(value))
  }
}

function decodeUtf16(text: Uint8Array, little: boolean): string {
  const even = Buffer.from(text.subarray(0, text.length - (text.length % 2)))
  if (!little || !looksLittleEndian(even)) even.swap16()
  return withoutPadding(even.toString('utf16le').replace(/^\ufeff/, ''))
}

/**
 * In big-endian files the text is big-endian. In little-endian files programs differ. Parameters always contain ASCII, whose
 * high bytes are zero: the first byte of a pair in big-endian text, and the second in little-endian text.
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

function withoutPadding(text: string): string {
  let end = text.length
  while (text[end - 1] === '\0') end -= 1
  return text.slice(0, end)
}
