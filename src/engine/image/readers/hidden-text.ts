/**
 * Text in the lowest bits of the alpha channel, as written by NovelAI and by UIs' stealth-pnginfo extensions: a signature,
 * the length in bits, the text. (nai_meta.py of NovelAI/novelai-image-metadata.)
 */
import { gunzipSync } from 'node:zlib'
import { textLimitBytes } from '../files/metadata.ts'

/** Values of one channel: [heightPx, widthPx]. */
export interface PixelChannel {
  readonly widthPx: number
  readonly heightPx: number
  readonly data: Uint8Array
}

const signatureBytes = 15
const lengthBytes = 4
/** The maximum number of compressed bytes; real texts have a few thousand. */
const longestBytes = 200_000

/** Undefined if there is no hidden text or if it cannot be read. */
export function hiddenText(alpha: PixelChannel): string | undefined {
  const signature = Buffer.from(bytesAt(alpha, 0, signatureBytes)).toString('latin1')
  if (signature !== 'stealth_pngcomp' && signature !== 'stealth_pnginfo') return undefined
  const length = Buffer.from(bytesAt(alpha, signatureBytes, lengthBytes)).readUInt32BE() / 8
  if (!Number.isInteger(length) || length > longestBytes) return undefined
  const hidden = bytesAt(alpha, signatureBytes + lengthBytes, length)
  if (signature === 'stealth_pnginfo') return Buffer.from(hidden).toString('utf8')
  try {
    return gunzipSync(hidden, { maxOutputLength: textLimitBytes }).toString('utf8')
  } catch {
    return undefined
  }
}

/** Bytes `from` to `from + count`: one bit per pixel, highest bit first, column by column. Zeros beyond the picture. */
function bytesAt({ widthPx, heightPx, data }: PixelChannel, from: number, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => {
    let byte = 0
    for (let bit = 8 * (from + i); bit < 8 * (from + i + 1); bit++) {
      const column = Math.floor(bit / heightPx)
      const value = column < widthPx ? (data[(bit % heightPx) * widthPx + column] ?? 0) : 0
      byte = 2 * byte + (value & 1)
    }
    return byte
  })
}
