/** The pictures that an open form offers from other people's messages. They survive a restart. */
import { z } from 'zod'
import type { Easel } from '../../../app/easel.ts'
import type { Person } from '../../../app/people/people.ts'
import type { GivenFile } from './downloads.ts'

const document: z.ZodType<readonly GivenFile[]> = z.array(
  z.object({ url: z.string(), name: z.string(), sizeBytes: z.number() }),
)

export function savePendingFiles(
  easel: Easel,
  id: string,
  person: Person,
  files: readonly GivenFile[],
): Promise<void> {
  return easel.savePending({ id, person, document: files })
}

/** The files of a form; empty if the form is about one of Easel's own pictures, or is too old. */
export function findPendingFiles(easel: Easel, id: string, person: Person): readonly GivenFile[] {
  const pending = easel.pending(id, person)
  const read = document.safeParse(pending.kind === 'found' ? pending.document : undefined)
  return read.success ? read.data : []
}
