/** Admits the pictures of a request: stored ones by id, and uploads, which are stored. */

import { extensionOf, givenFile } from '../../db/files/file-names.ts'
import { sha256 } from '../../db/files/picture-files.ts'
import { accountOf } from '../../db/repositories/account.ts'
import type { NewPicture } from '../../db/repositories/pictures.ts'
import { hasCode } from '../../errors/errors.ts'
import type { Viewer } from '../access/access-rules.ts'
import { usablePicture } from '../access/visible.ts'
import { idTooLong } from '../checks/text-limits.ts'
import type { AppParts } from '../parts.ts'
import type { Person } from '../people/people.ts'
import { type Problem, problem } from '../problems.ts'
import type { GivenPicture } from '../requests.ts'
import type { AdmittedPicture } from './resolve.ts'

export type Admission =
  /** `added`: the file is written, and the accepting transaction must write the row. */
  | { kind: 'admitted'; picture: AdmittedPicture; added?: NewGivenPicture }
  | { kind: 'refused'; problem: Problem }

export type NewGivenPicture = Omit<NewPicture, 'personId'>

/** Admits one picture. `granted`: pictures of an order that the viewer may repeat, including other people's uploads. */
export async function admitPicture(
  parts: AppParts,
  viewer: Viewer,
  given: GivenPicture,
  granted: readonly string[] = [],
): Promise<Admission> {
  const { db } = parts
  if (given.kind === 'stored') {
    const { pictureId } = given
    const tooLong = idTooLong(pictureId)
    if (tooLong) return { kind: 'refused', problem: tooLong }
    const record = usablePicture(db, viewer, pictureId, granted)
    if (!record) return { kind: 'refused', problem: problem('picture-unknown', { id: given.pictureId }) }
    const { id, widthPx, heightPx } = record
    return { kind: 'admitted', picture: { id, widthPx, heightPx } }
  }
  try {
    return await admitBytes(parts, viewer.person, given.bytes)
  } catch (error) {
    if (!hasCode(error, 'picture-unusable')) throw error
    return { kind: 'refused', problem: problem('picture-refused', error.details) }
  }
}

/** Admits uploaded bytes. The same bytes from the same person are the same picture. */
async function admitBytes(parts: AppParts, person: Person, given: Uint8Array): Promise<Admission> {
  const { db, ids, clock } = parts
  const { bytes, mediaType, widthPx, heightPx, shrunkFrom } = await parts.checkPicture(given)
  const hash = sha256(bytes)
  const personId = db.people.find(person)
  const before = personId === undefined ? undefined : db.pictures.findGiven(personId, hash)
  const id = before?.id ?? ids.next()
  const picture = { id, widthPx, heightPx, ...(shrunkFrom && { shrunkFrom }) }
  if (before) return { kind: 'admitted', picture }
  const file = givenFile(accountOf(person), id, extensionOf(mediaType))
  await db.store([{ file, bytes }])
  const facts = { file, mediaType, widthPx, heightPx, sizeBytes: bytes.byteLength, hash }
  return { kind: 'admitted', picture, added: { id, index: 0, seed: 0, createdAt: clock.now(), ...facts } }
}
