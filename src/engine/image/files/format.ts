/** Detects a file's format by its first bytes, independent of its name and its stated type. */

/** The formats that Easel reads and writes. */
export const pictureFormats = ['png', 'jpeg', 'webp'] as const
export type PictureFormat = (typeof pictureFormats)[number]

export const mediaTypes: { readonly [Format in PictureFormat]: string } = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
}

export type FormatGuess =
  | { kind: 'readable'; format: PictureFormat }
  /** A picture in a format that Easel does not read, by its usual name. */
  | { kind: 'foreign'; name: string }
  | { kind: 'unknown' }

/** Bytes in Latin-1 at an offset. A dot matches any byte. */
type Magic = readonly [offset: number, bytes: string]

const readable: readonly (readonly [PictureFormat, Magic])[] = [
  ['png', [0, '\x89PNG\r\n\x1a\n']],
  ['jpeg', [0, '\xff\xd8\xff']],
  ['webp', [0, 'RIFF....WEBP']],
]

const foreign: readonly (readonly [string, Magic])[] = [
  ['GIF', [0, 'GIF8']],
  ['AVIF', [4, 'ftypavi']],
  ['HEIC', [4, 'ftyphe']],
  ['HEIC', [4, 'ftypmif1']],
  ['TIFF', [0, 'II*\0']],
  ['TIFF', [0, 'MM\0*']],
  ['JPEG XL', [0, '\xff\x0a']],
  ['JPEG XL', [4, 'JXL \r\n']],
  ['BMP', [0, 'BM....\0\0\0\0']],
  ['SVG', [0, '<svg']],
  ['PSD', [0, '8BPS']],
  ['ICO', [0, '\0\0\x01\0']],
]

export function guessFormat(bytes: Uint8Array): FormatGuess {
  for (const [format, magic] of readable) if (matches(bytes, magic)) return { kind: 'readable', format }
  for (const [name, magic] of foreign) if (matches(bytes, magic)) return { kind: 'foreign', name }
  return { kind: 'unknown' }
}

function matches(bytes: Uint8Array, [offset, pattern]: Magic): boolean {
  for (let i = 0; i < pattern.length; i++) {
    if (pattern[i] !== '.' && bytes[offset + i] !== pattern.charCodeAt(i)) return false
  }
  return true
}
