/** Thumbnails for lists: small WebP files of stored pictures, without parameters, never stored. */
import sharp from 'sharp'
import { writeWebpMetadata } from './files/webp-file.ts'
import { aiMadeXmp } from './files/xmp.ts'

/** Fixed, as for whole pictures. About a tenth of a PNG's bytes; sharp chroma keeps red edges clean. */
const options = { quality: 82, effort: 4, smartSubsample: true } as const

/** A picture up to this side is enlarged by a page, which would show the codec's blocks. Without loss it has few bytes too. */
const losslessSidePx = 256

/** At most `longestSidePx` on each side; a smaller picture keeps its size. It has the AI mark, as the picture has. */
export async function encodeThumbnail(file: Uint8Array, longestSidePx: number): Promise<Uint8Array> {
  const picture = sharp(file, { failOn: 'error' })
  const { width, height } = await picture.metadata()
  const { data, info } = await picture
    .resize(longestSidePx, longestSidePx, { fit: 'inside', withoutEnlargement: true })
    .webp(Math.max(width, height) <= losslessSidePx ? { lossless: true } : options)
    .toBuffer({ resolveWithObject: true })
  return writeWebpMetadata(data, info.width, info.height, { xmp: aiMadeXmp(undefined) })
}
