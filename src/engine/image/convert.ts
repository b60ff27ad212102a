/** Converts a finished picture to another format and keeps its parameters. */
import { decodeStoredPicture } from './decode.ts'
import { encodePicture } from './encode.ts'
import { guessFormat, type PictureFormat } from './files/format.ts'
import { readProvenance } from './parameters/read-parameters.ts'

/** The same input gives the same bytes. A file that already has the format is returned unchanged. */
export async function convertPicture(file: Uint8Array, format: PictureFormat): Promise<Uint8Array> {
  const guess = guessFormat(file)
  if (guess.kind === 'readable' && guess.format === format) return file
  const { bytes } = await encodePicture(
    await decodeStoredPicture(file),
    format,
    readProvenance(file)?.parameters,
  )
  return bytes
}
