/** Small files that unpack to monsters. */
import { constants, deflateRawSync } from 'node:zlib'
import { pngChunk } from '../../../src/engine/image/files/png-file.ts'

/** A zlib stream of zeros, about a thousandth of `bytes` long, put together without ever unpacking it. */
export function zerosThatUnpackTo(bytes: number): Buffer {
  // A full flush ends on a byte and forgets what came before, so that the same block can follow itself.
  const block = deflateRawSync(Buffer.alloc(1_000_000), { finishFlush: constants.Z_FULL_FLUSH, level: 9 })
  const blocks = Array.from({ length: Math.ceil(bytes / 1_000_000) }, () => block)
  const lastEmptyBlock = [0x03, 0x00]
  const checksum = [0, 0, 0, 0]
  return Buffer.concat([Buffer.from([0x78, 0xda]), ...blocks, Buffer.from([...lastEmptyBlock, ...checksum])])
}

/** A PNG of that many RGB pixels with the given chunks between header and end. */
export function png(widthPx: number, heightPx: number, ...chunks: Uint8Array[]): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(widthPx, 0)
  header.writeUInt32BE(heightPx, 4)
  header.set([8, 2], 8) // 8 bits, RGB
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    ...chunks,
    pngChunk('IEND', new Uint8Array()),
  ])
}
