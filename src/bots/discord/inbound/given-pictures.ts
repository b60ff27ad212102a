/** Pictures that come with a request: attached to a command, or in a message that a shortcut was used on. */
import type { ImagineRequest } from '../../../app/requests.ts'
import type { Words } from '../../../words/en.ts'
import { downloadRefusal } from '../../chat/message-picture.ts'
import type { GivenFile } from './downloads.ts'
import type { HandlerContext } from './handler-context.ts'

/** The request with those files as its source and mask, or a sentence why that cannot be. */
export async function withPictures(
  { downloads }: Pick<HandlerContext, 'downloads'>,
  request: ImagineRequest,
  files: { source?: GivenFile; mask?: GivenFile },
  words: Words,
): Promise<{ kind: 'complete'; request: ImagineRequest } | { kind: 'refused'; sentence: string }> {
  const complete = { ...request }
  for (const key of ['source', 'mask'] as const) {
    const file = files[key]
    if (file === undefined) continue
    const download = await downloads.fetch(file)
    if (download.kind !== 'bytes') return { kind: 'refused', sentence: downloadRefusal(download, words) }
    complete[key] = { kind: 'bytes', bytes: download.bytes }
  }
  return { kind: 'complete', request: complete }
}
