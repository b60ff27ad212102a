/** The guard at the door: a person's picture is decoded once to the end before anything is kept of it. */
import { AppError } from '../../errors.ts'
import { decodePicture } from './decode.ts'
import { mediaTypes } from './format.ts'

export interface CheckedPicture {
  /** As they came: with how the picture was made, and with the hash by which ours are known again. */
  bytes: Uint8Array
  mediaType: string
  /** Upright, as it will be painted on. */
  widthPx: number
  heightPx: number
}

/** Throws AppError 'picture-unusable' for what `decodePicture` refuses. */
export async function checkPicture(bytes: Uint8Array): Promise<CheckedPicture> {
  const outcome = await decodePicture(bytes)
  if (outcome.kind === 'refused') throw new AppError('picture-unusable', { problem: outcome.problem })
  const { widthPx, heightPx } = outcome.picture
  return { bytes, mediaType: mediaTypes[outcome.format], widthPx, heightPx }
}
