/** Pending requests: requests for several jobs that wait for their author's confirmation. They survive a restart. */

import { z } from 'zod'
import type { Easel } from '../../app/easel.ts'
import type { Caller, Conversation, Person } from '../../app/people/people.ts'
import type { GivenPicture, ImagineRequest } from '../../app/requests.ts'
import { audiences, conversationKinds } from '../../common/conversations.ts'
import { platforms } from '../../common/platforms.ts'
import { formatRequest, parseCommand } from '../grammar/command-line.ts'

export interface PendingRequest {
  kind: 'found'
  request: ImagineRequest
  /** The original conversation and event: a second confirmation is the same request. */
  conversation: Conversation
  eventId: string
}

const conversation: z.ZodType<Conversation> = z.object({
  platform: z.enum(platforms),
  spaceId: z.string(),
  channelId: z.string(),
  threadId: z.string().optional(),
  kind: z.enum(conversationKinds),
  audience: z.enum(audiences),
})

/** The uses of pictures that a request can have, in the order of its files. */
const pictureUses = ['source', 'mask', 'controlPictures', 'promptPictures'] as const

/** The request as typed text. The link to the parent and the use of each picture file are separate. */
const document = z.object({
  command: z.string(),
  files: z.array(z.enum(pictureUses)),
  parentPictureId: z.string().optional(),
  overridden: z
    .array(z.object({ flag: z.string(), dropped: z.string(), used: z.string().optional() }))
    .optional(),
  conversation,
  eventId: z.string(),
})

export function savePending(
  easel: Easel,
  id: string,
  request: ImagineRequest,
  { person, conversation: asked, eventId }: Caller,
): Promise<void> {
  const { details: _secret, ...place } = asked
  const given = pictureUses.flatMap(use =>
    [request[use] ?? []].flat().flatMap(picture => (picture.kind === 'bytes' ? [{ use, picture }] : [])),
  )
  const saved: z.input<typeof document> = {
    command: formatRequest(request),
    files: given.map(({ use }) => use),
    parentPictureId: request.parentPictureId,
    overridden: request.overridden && [...request.overridden],
    conversation: place,
    eventId,
  }
  return easel.savePending({ id, person, document: saved, files: given.map(({ picture }) => picture.bytes) })
}

/** Whether another person's request waits under that id. */
export function isPendingOfOther(easel: Easel, id: string, person: Person): boolean {
  return easel.pending(id, person).kind === 'not-yours'
}

/** The pending request of this person with that id. */
export async function findPending(
  easel: Easel,
  id: string,
  person: Person,
): Promise<PendingRequest | { kind: 'not-yours' } | { kind: 'none' }> {
  const pending = easel.pending(id, person)
  if (pending.kind !== 'found') return pending
  const read = document.safeParse(pending.document)
  const bytes = await easel.pendingFiles(id, person)
  if (!read.success || bytes?.length !== read.data.files.length) return { kind: 'none' }
  const { command, files, parentPictureId, overridden, ...asked } = read.data
  const request = parseCommand(command)
  if (request.problems !== undefined) return { kind: 'none' }
  const beside = {
    ...(parentPictureId !== undefined && { parentPictureId }),
    ...(overridden && { overridden }),
  }
  const pictures = picturesOf(files.map((use, i) => ({ use, bytes: bytes[i] ?? new Uint8Array() })))
  return { kind: 'found', ...asked, request: { ...request, ...pictures, ...beside } }
}

type UploadUse = (typeof pictureUses)[number]

function picturesOf(files: readonly { use: UploadUse; bytes: Uint8Array }[]): Partial<ImagineRequest> {
  const of = (wanted: UploadUse): GivenPicture[] =>
    files.flatMap(({ use, bytes }) => (use === wanted ? [{ kind: 'bytes' as const, bytes }] : []))
  const [source] = of('source')
  const [mask] = of('mask')
  const controlPictures = of('controlPictures')
  const promptPictures = of('promptPictures')
  return {
    ...(source && { source }),
    ...(mask && { mask }),
    ...(controlPictures.length > 0 && { controlPictures }),
    ...(promptPictures.length > 0 && { promptPictures }),
  }
}
