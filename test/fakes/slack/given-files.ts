/** Files that people send or give. */
import { mediaTypeOf } from './methods/files.ts'
import type { Member, StoredFile, World } from './world.ts'

export interface GivenFile {
  name: string
  bytes: Uint8Array
}

export function keepFile(world: World, member: Member, given: GivenFile): StoredFile {
  const file: StoredFile = {
    id: world.id('F'),
    teamId: member.teamId,
    ownerId: member.id,
    name: given.name,
    title: given.name,
    altText: '',
    lengthBytes: given.bytes.length,
    bytes: given.bytes,
    mediaType: mediaTypeOf(given.name),
    state: 'complete',
    processedAtMs: world.clock.monotonicMs(),
    shares: [],
    givenToApp: false,
  }
  world.files.set(file.id, file)
  return file
}
