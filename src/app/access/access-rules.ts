/** The access rule: decides who may see a job, from the viewer, the viewer's conversation and the job's origin. Pure. */
import { type Caller, type Conversation, directSpaceId, isSamePerson, type Person } from '../people/people.ts'

/** The person who reads, and the conversation from which they read. Every read names a viewer. */
export type Viewer = Pick<Caller, 'person' | 'rights' | 'conversation'>

/** The author of a job as a viewer in the job's conversation: couriers deliver what this viewer may see. */
export function authorOf({ author, conversation }: { author: Person; conversation: Conversation }): Viewer {
  return { person: author, rights: { member: false, moderator: false, admin: false }, conversation }
}

/** The part of a conversation that the access rule needs. */
export type Place = Omit<Conversation, 'details'>

/** A job with all that belongs to it: its texts, its pictures and its author's name. */
export interface AccessTarget {
  author: Person
  /** The conversation in which it was made, and those in which it was shown again. */
  places: readonly Place[]
}

/** The reason why a viewer may see something. */
export type AccessReason = 'own' | 'conversation' | 'space'

/** The rows of the table in SECURITY.md. Access is denied unless a row allows it. */
const rules: readonly { reason: AccessReason; allows(viewer: Viewer, target: AccessTarget): boolean }[] = [
  { reason: 'own', allows: (viewer, { author }) => isSamePerson(viewer.person, author) },
  {
    reason: 'conversation',
    allows: ({ conversation }, { places }) => places.some(place => isInside(conversation, place)),
  },
  {
    reason: 'space',
    allows: ({ rights, conversation }, { places }) =>
      rights.member && places.some(place => isPublic(place) && isSameSpace(conversation, place)),
  },
]

/**
 * The reason why the viewer may see the job; undefined if they may not. Moderators, admins and operators see no more than other
 * people.
 */
export function accessOf(viewer: Viewer, target: AccessTarget): AccessReason | undefined {
  return rules.find(rule => rule.allows(viewer, target))?.reason
}

export function maySee(viewer: Viewer, target: AccessTarget): boolean {
  return accessOf(viewer, target) !== undefined
}

/** Whether every reader of `there` may see the job. Only then may a message there link to it. */
export function isOpenIn(there: Place, { places }: Pick<AccessTarget, 'places'>): boolean {
  return places.some(place => isInside(there, place) || (isPublic(place) && isSameSpace(there, place)))
}

/** Whether readers of `conversation` also read `place`: the same channel, and the same thread if the thread is private. */
function isInside(conversation: Place, place: Place): boolean {
  const { channelId } = conversation
  if (channelId === '' || channelId !== place.channelId || !isSameSpace(conversation, place)) return false
  return place.audience !== 'thread' || conversation.threadId === place.threadId
}

/** A direct message is private, whatever its `audience` says. */
function isPublic({ audience, kind, spaceId }: Place): boolean {
  return audience === 'space' && kind !== 'direct' && spaceId !== directSpaceId
}

function isSameSpace(a: Place, b: Place): boolean {
  return a.platform === b.platform && a.spaceId === b.spaceId
}
