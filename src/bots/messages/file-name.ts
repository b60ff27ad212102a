/** The file name of a posted picture: a part of its hash, which identifies it without giving access. */
import type { PictureView } from '../../app/views/views.ts'

const hashCharacters = 16

/** The hash is no secret to anybody with the file. It identifies the picture even if a platform changes the bytes. */
export function pictureFileName(picture: PictureView, extension = extensionOf(picture)): string {
  return `easel-${picture.hash.slice(0, hashCharacters)}.${extension}`
}

/** The file name of a thumbnail: it names the picture, and says that it is not the original. */
export function previewFileName({ hash }: PictureView): string {
  return `easel-${hash.slice(0, hashCharacters)}-preview.webp`
}

/** The hash prefix in a file name, allowing for Discord's prefixes and browsers' suffixes. */
export function hashInFileName(name: string): string | undefined {
  return /^(?:SPOILER_)?easel-([0-9a-f]{16})(?![0-9a-z])/.exec(name)?.[1]
}

export function extensionOf({ mediaType }: Pick<PictureView, 'mediaType'>): string {
  return mediaType.split('/')[1] ?? 'png'
}
