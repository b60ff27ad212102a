/** A PNG of the size that was asked for, in one colour, with any content: what devices that compute nothing return. */
import { deflateSync } from 'node:zlib'
import { pngChunk, pngData, pngType, scanPngChunks } from '../../../src/engine/image/files/png-file.ts'
import type { SizePx } from '../../../src/engine/image/picture.ts'

/** Of a chunk that readers skip. */
const contentType = 'siMu'

export function simulatedPicture({ widthPx, heightPx }: SizePx, content: Uint8Array): Uint8Array {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(widthPx, 0)
  header.writeUInt32BE(heightPx, 4)
  // One bit of grey per pixel, so that a row of any picture is a few bytes.
  header[8] = 1
  const rows = Buffer.alloc(heightPx * (1 + Math.ceil(widthPx / 8)))
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(rows)),
    pngChunk(contentType, content),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

/** The content of such a picture; empty for another file, or none. */
export function contentOf(picture: Uint8Array = new Uint8Array()): Uint8Array {
  let content = new Uint8Array()
  scanPngChunks(picture, (type, from, to) => {
    if (type === pngType(contentType)) content = pngData(picture, from, to).slice()
  })
  return content
}
