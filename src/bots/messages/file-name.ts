/** The name under which a picture is posted: the part of its content's hash that recognises it, and nothing that opens it. */
import type { PictureView } from '../../app/views/views.ts'

const hashCharacters = 16

/** Whoever has the file has its hash anyway. It stays recognisable where a platform changes the bytes. */
export function pictureFileName(picture: PictureView, extension = extensionOf(picture)): string {
  return `easel-${picture.hash.slice(0, hashCharacters)}.${extension}`
}

/** The part of the hash that a name holds, perhaps with what Discord puts before it and browsers after it. */
export function hashInFileName(name: string): string | undefined {
  return /^(?:SPOILER_)?easel-([0-9a-f]{16})(?![0-9a-z])/.exec(name)?.[1]
}

export function extensionOf({ mediaType }: Pick<PictureView, 'mediaType'>): string {
  return mediaType.split('/')[1] ?? 'png'
}
