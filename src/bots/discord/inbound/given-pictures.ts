/** Pictures that come with a request: attached to a command, or in a message that a shortcut was used on. */
import type { ImagineRequest } from '../../../app/requests.ts'
import { maxDownloadBytes } from '../../../net/download.ts'
import type { Words } from '../../../words/en.ts'
import type { Desk } from './handler-context.ts'
import type { GivenFile } from './downloads.ts'

export type Fetched = { kind: 'bytes'; bytes: Uint8Array } | { kind: 'refused'; sentence: string }

/** The bytes, or a sentence why they cannot be had. */
export async function fetchPicture(desk: Desk, file: GivenFile, words: Words): Promise<Fetched> {
  const { said } = words.discord
  const download = await desk.downloads.fetch(file)
  switch (download.kind) {
    case 'bytes':
      return download
    case 'gone':
      return { kind: 'refused', sentence: said.pictureGone }
    case 'too-large':
      return { kind: 'refused', sentence: said.tooLarge(maxDownloadBytes / 1024 / 1024) }
  }
}

/** The request with those files as its source and mask, or a sentence why that cannot be. */
export async function withPictures(
  desk: Desk,
  request: ImagineRequest,
  files: { source?: GivenFile; mask?: GivenFile },
  words: Words,
): Promise<{ kind: 'complete'; request: ImagineRequest } | { kind: 'refused'; sentence: string }> {
  const complete = { ...request }
  for (const key of ['source', 'mask'] as const) {
    const file = files[key]
    if (file === undefined) continue
    const fetched = await fetchPicture(desk, file, words)
    if (fetched.kind === 'refused') return fetched
    complete[key] = { kind: 'bytes', bytes: fetched.bytes }
  }
  return { kind: 'complete', request: complete }
}
