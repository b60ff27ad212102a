/** Checks a person's picture before it is accepted: it must decode within the limits. */
import { decodePicture } from '../../engine/image/decode.ts'
import { mediaTypes } from '../../engine/image/files/format.ts'
import { AppError } from '../../errors/errors.ts'
import type { CheckedPicture } from '../parts.ts'

/** Decodes in another thread, and scales a large picture down. @throws AppError 'picture-unusable' when it is refused. */
export async function checkPicture(bytes: Uint8Array): Promise<CheckedPicture> {
  const outcome = await decodePicture(bytes)
  if (outcome.kind === 'refused') throw new AppError('picture-unusable', { problem: outcome.problem })
  const { picture, format, file, shrunkFrom } = outcome
  const { widthPx, heightPx } = picture
  return {
    bytes: file,
    mediaType: mediaTypes[format],
    widthPx,
    heightPx,
    ...(shrunkFrom && { shrunkFrom }),
  }
}
