/** Fetches the files attached to a request, on any platform, and adds them to it. */

import { type Problem, problem } from '../../app/problems.ts'
import type { ImagineRequest } from '../../app/requests.ts'
import { type PictureUse, withPicture } from '../../app/resolve/request-pictures.ts'
import { maxPictureBytes } from '../../common/bounds.ts'
import type { Download } from '../../net/download.ts'
import { withProblems } from '../grammar/command-line.ts'

/** The pictures in the order of attachment. */
export type GivenFiles<File> = readonly { use: PictureUse; file: File }[]

/** The result of fetching an attached file, which may have another type than a picture. */
export type Fetched = Download | { kind: 'not-a-picture' }

/** Fetches every file and adds it to the request. A file that cannot be fetched is one of the request's problems. */
export async function withFiles<File>(
  request: ImagineRequest,
  files: GivenFiles<File>,
  fetch: (file: File) => Promise<Fetched>,
): Promise<ImagineRequest> {
  let complete = request
  for (const { use, file } of files) {
    const fetched = await fetch(file)
    complete =
      fetched.kind === 'bytes'
        ? withPicture(complete, use, fetched.bytes)
        : withProblems(complete, [notFetched(fetched, use)])
  }
  return complete
}

export function notFetched({ kind }: Exclude<Fetched, { kind: 'bytes' }>, use: PictureUse): Problem {
  return problem('picture-not-fetched', { use, why: kind, limitBytes: maxPictureBytes })
}
