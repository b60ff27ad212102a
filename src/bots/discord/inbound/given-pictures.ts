/** Pictures that come with a request: attached to a command, or in a message that a shortcut was used on. */
import type { ImagineRequest } from '../../../app/requests.ts'
import { maxDownloadBytes } from '../../../net/download.ts'
import type { Words } from '../../../words/en.ts'
import type { GivenFile } from './downloads.ts'
import type { HandlerContext } from './handler-context.ts'

export type Fetched = { kind: 'bytes'; bytes: Uint8Array } | { kind: 'refused'; sentence: string }

/** The bytes, or a sentence why they cannot be had. */
export async function fetchPicture(context: HandlerContext, file: GivenFile, words: Words): Promise<Fetched> {
  const { replies } = words.discord
  const download = await context.downloads.fetch(file)
  switch (download.kind) {
    case 'bytes':
      return download
    case 'gone':
      return { kind: 'refused', sentence: replies.pictureGone }
    case 'too-large':
      return { kind: 'refused', sentence: replies.tooLarge(maxDownloadBytes / 1024 / 1024) }
  }
}

/** The request with those files as its source and mask, or a sentence why that cannot be. */
export async function withPictures(
  context: HandlerContext,
  request: ImagineRequest,
  files: { source?: GivenFile; mask?: GivenFile },
  words: Words,
): Promise<{ kind: 'complete'; request: ImagineRequest } | { kind: 'refused'; sentence: string }> {
  const complete = { ...request }
  for (const key of ['source', 'mask'] as const) {
    const file = files[key]
    if (file === undefined) continue
    const fetched = await fetchPicture(context, file, words)
    if (fetched.kind === 'refused') return fetched
    complete[key] = { kind: 'bytes', bytes: fetched.bytes }
  }
  return { kind: 'complete', request: complete }
}
