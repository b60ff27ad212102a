/** Requests and forms that wait for their person's answer, with the files that belong to them. */
import { pendingFile } from '../db/files/file-names.ts'
import { accountOf } from '../db/repositories/account.ts'
import type { NewPending, Pending } from './easel.ts'
import type { AppParts } from './parts.ts'
import type { Person } from './people/people.ts'

export async function savePending(
  { db, clock, ids }: AppParts,
  { id, person, document, files = [] }: NewPending,
): Promise<void> {
  const written = files.map(bytes => ({
    file: pendingFile(accountOf(person), ids.next()),
    bytes,
    sizeBytes: bytes.byteLength,
  }))
  if (written.length > 0) await db.store(written)
  const rows = written.map(({ file, sizeBytes }) => ({ file, sizeBytes }))
  const discarded = await db.write(() =>
    db.pending.put({ id, owner: person, document, files: rows }, clock.now()),
  )
  await db.discard(discarded)
}

export function pending({ db, clock }: AppParts, id: string, person: Person): Pending {
  const row = db.pending.get(id, person, clock.now())
  return row.kind === 'found' ? { kind: 'found', document: row.document } : row
}

/** The files in the order in which they were saved; undefined if the person has no such question, or a file is gone. */
export async function pendingFiles(
  { db, clock }: AppParts,
  id: string,
  person: Person,
): Promise<Uint8Array[] | undefined> {
  const row = db.pending.get(id, person, clock.now())
  if (row.kind !== 'found') return undefined
  const files: Uint8Array[] = []
  for (const name of row.files) {
    const bytes = await db.files.read(name)
    if (bytes === undefined) return undefined
    // A Buffer is not a plain array: callers compare and clone them.
    files.push(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  }
  return files
}
