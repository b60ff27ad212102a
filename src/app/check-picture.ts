/** A person's picture, looked at before it is let in: a file that decodes within the limits, or a fault that says why not. */
import { decodePicture } from '../engine/image/decode.ts'
import { guessFormat } from '../engine/image/format.ts'
import { AppError } from '../errors.ts'
import type { CheckedPicture } from './parts.ts'

/** Decodes once, off this thread. Throws AppError 'picture-unusable'. */
export async function checkPicture(bytes: Uint8Array): Promise<CheckedPicture> {
  const outcome = await decodePicture(bytes)
  if (outcome.kind === 'refused') throw new AppError('picture-unusable', { problem: outcome.problem })
  const guess = guessFormat(bytes)
  const format = guess.kind === 'readable' ? guess.format : 'png'
  const { widthPx, heightPx } = outcome.picture
  return { bytes, mediaType: `image/${format}`, widthPx, heightPx }
}
