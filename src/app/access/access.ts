/** The access rule: decides who may see a job, from the viewer, the viewer's conversation and the job's origin. Pure. */
import { type Caller, type Conversation, directSpaceId, isSamePerson, type Person } from '../people/people.ts'

/** Who looks, and from which conversation: every read names one. */
export type Viewer = Pick<Caller, 'person' | 'rights' | 'conversation'>

/** The author of a job, where it was made: couriers deliver what they may see. */
export function authorOf({ author, conversation }: { author: Person; conversation: Conversation }): Viewer {
  return { person: author, rights: { member: false, moderator: false, admin: false }, conversation }
}

/** A conversation as far as the rule is concerned. */
export type Place = Omit<Conversation, 'details'>

/** A job with everything that belongs to it: its words, its pictures, its author's name. */
export interface Guarded {
  author: Person
  /** Where it was made, and where somebody who saw it brought it. */
  places: readonly Place[]
}

/** Why somebody may see a thing. */
export type Reason = 'own' | 'conversation' | 'space'

/** The rows of the table in SECURITY.md. What none of them allows is denied. */
const rules: readonly { reason: Reason; allows(viewer: Viewer, thing: Guarded): boolean }[] = [
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

/** Undefined: for this viewer there is no such thing. Moderators, admins and operators see no more than others. */
export function accessOf(viewer: Viewer, thing: Guarded): Reason | undefined {
  return rules.find(rule => rule.allows(viewer, thing))?.reason
}

export function maySee(viewer: Viewer, thing: Guarded): boolean {
  return accessOf(viewer, thing) !== undefined
}

/** Whether those who read `there` may see a thing, whoever of them looks: then a message there may lead to it. */
export function isOpenIn(there: Place, { places }: Pick<Guarded, 'places'>): boolean {
  return places.some(place => isInside(there, place) || (isPublic(place) && isSameSpace(there, place)))
}

/** Whoever is in `conversation` reads `place` too: the same channel, and where the place is a closed thread, the same one. */
function isInside(conversation: Place, place: Place): boolean {
  const { channelId } = conversation
  if (channelId === '' || channelId !== place.channelId || !isSameSpace(conversation, place)) return false
  return place.audience !== 'thread' || conversation.threadId === place.threadId
}

/** A direct message is private, whatever is said of its audience. */
function isPublic({ audience, kind, spaceId }: Place): boolean {
  return audience === 'space' && kind !== 'direct' && spaceId !== directSpaceId
}

function isSameSpace(a: Place, b: Place): boolean {
  return a.platform === b.platform && a.spaceId === b.spaceId
}
