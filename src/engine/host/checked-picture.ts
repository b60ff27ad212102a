/** What a worker's picture is by its own bytes, where what the worker says of it is not believed. */
import { mediaTypes } from '../image/files/format.ts'
import { readPngSize } from '../image/files/png-file.ts'
import type { PaintedPicture } from '../pipeline/painter.ts'

/** The picture with the size and the type of its file; undefined if the file is none that a worker makes. */
export function checkedPicture(picture: PaintedPicture): PaintedPicture | undefined {
  const size = readPngSize(picture.bytes)
  return size && { ...picture, ...size, mediaType: mediaTypes.png }
}
