/** Pending requests: requests for several jobs that wait for their author's confirmation. They survive a restart. */
import { z } from 'zod'
import type { Easel } from '../../app/easel.ts'
import type { Caller, Conversation, Person } from '../../app/people/people.ts'
import type { GivenPicture, ImagineRequest } from '../../app/requests.ts'
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
  kind: z.enum(['channel', 'thread', 'direct']),
  audience: z.enum(['space', 'channel', 'thread']),
})

/** The request as typed text; the bytes of pictures and the link to the parent are separate. */
const document = z.object({
  command: z.string(),
  source: z.base64().optional(),
  mask: z.base64().optional(),
  controlPictures: z.array(z.base64()).optional(),
  promptPictures: z.array(z.base64()).optional(),
  parentPictureId: z.string().optional(),
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
  const saved: z.input<typeof document> = {
    command: formatRequest(request),
    source: base64Of(request.source),
    mask: base64Of(request.mask),
    controlPictures: request.controlPictures?.flatMap(picture => base64Of(picture) ?? []),
    promptPictures: request.promptPictures?.flatMap(picture => base64Of(picture) ?? []),
    parentPictureId: request.parentPictureId,
    conversation: place,
    eventId,
  }
  return easel.savePending(id, person, saved)
}

/** The pending request of this person with that id. */
export function findPending(
  easel: Easel,
  id: string,
  person: Person,
): PendingRequest | { kind: 'not-yours' } | { kind: 'none' } {
  const pending = easel.pending(id, person)
  if (pending.kind !== 'found') return pending
  const read = document.safeParse(pending.document)
  if (!read.success) return { kind: 'none' }
  const { command, source, mask, controlPictures, promptPictures, parentPictureId, ...asked } = read.data
  const parsed = parseCommand(command)
  if (parsed.kind === 'refused') return { kind: 'none' }
  const pictures: Partial<ImagineRequest> = {
    ...(source === undefined ? {} : { source: bytesOf(source) }),
    ...(mask === undefined ? {} : { mask: bytesOf(mask) }),
    ...(controlPictures && { controlPictures: controlPictures.map(bytesOf) }),
    ...(promptPictures && { promptPictures: promptPictures.map(bytesOf) }),
  }
  const parent = parentPictureId === undefined ? {} : { parentPictureId }
  return { kind: 'found', ...asked, request: { ...parsed.request, ...pictures, ...parent } }
}

function base64Of(picture: GivenPicture | undefined): string | undefined {
  return picture?.kind === 'bytes' ? Buffer.from(picture.bytes).toString('base64') : undefined
}

function bytesOf(base64: string): GivenPicture {
  return { kind: 'bytes', bytes: new Uint8Array(Buffer.from(base64, 'base64')) }
}
