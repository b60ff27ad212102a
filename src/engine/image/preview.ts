/** Small pictures for progress: few bytes, made in a few milliseconds, never stored. */
import { pixelsOf } from './encode.ts'
import type { Picture } from './picture.ts'

/** The maximum size of a progress picture. */
const limitBytes = 20_000
const widestPx = 256
/** Tried in order; noise of early steps compresses badly. */
const qualities = [80, 60, 35]

/** A JPEG of at most 20,000 bytes, sides at most 256 pixels. */
export async function encodePreview(picture: Picture): Promise<Uint8Array> {
  for (let sidePx = widestPx; ; sidePx /= 2) {
    for (const quality of qualities) {
      const jpeg = await pixelsOf(picture)
        .resize(sidePx, sidePx, { fit: 'inside', withoutEnlargement: true })
        .jpeg({ quality })
        .toBuffer()
      if (jpeg.length <= limitBytes) return jpeg
    }
  }
}
