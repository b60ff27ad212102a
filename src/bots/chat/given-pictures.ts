/** Fetches the files attached to a request, on any platform, and adds them to it. */

import type { ImagineRequest } from '../../app/requests.ts'
import { type PictureUse, withPicture } from '../../app/resolve/request-pictures.ts'
import type { Download } from '../../net/download.ts'
import type { Words } from '../../words/en.ts'
import { downloadRefusal } from './message-picture.ts'

/** In the order of attachment. */
export type GivenFiles<File> = readonly { use: PictureUse; file: File }[]

export type WithFiles =
  | { kind: 'complete'; request: ImagineRequest }
  /** A file could not be fetched. */
  | { kind: 'refused'; use: PictureUse; sentence: string }

/** Fetches every file and adds it to the request, or returns the reason why that failed. */
export async function withFiles<File>(
  request: ImagineRequest,
  files: GivenFiles<File>,
  fetch: (file: File) => Promise<Download>,
  words: Words,
): Promise<WithFiles> {
  let complete = request
  for (const { use, file } of files) {
    const download = await fetch(file)
    if (download.kind !== 'bytes') return { kind: 'refused', use, sentence: downloadRefusal(download, words) }
    complete = withPicture(complete, use, download.bytes)
  }
  return { kind: 'complete', request: complete }
}
