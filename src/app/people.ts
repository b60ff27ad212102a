/** Who asks and where: people, spaces and conversations, the same for every platform. */
import type { Platform } from '../platforms.ts'

export type { Platform } from '../platforms.ts'

/** A person on a platform. Identity is the triple platform, space, user; names are for show only. */
export interface Person {
  platform: Platform
  /** Guild, workspace or, in direct messages and on the web, a fixed word. */
  spaceId: string
  userId: string
  /** Display name as the platform gave it: never trusted, always escaped. */
  name: string
}

export function isSamePerson(a: Person, b: Person): boolean {
  return a.platform === b.platform && a.spaceId === b.spaceId && a.userId === b.userId
}

/** What the platform says this person may do where the request came from. */
export interface Rights {
  /** May cancel and delete what others asked for. */
  moderator: boolean
  /** May see stats and change settings of the space. */
  admin: boolean
}

/** Where a request was made and where its results go. */
export interface Conversation {
  platform: Platform
  spaceId: string
  channelId: string
  /** Set where the request came from inside a thread. */
  threadId?: string
  kind: 'channel' | 'thread' | 'direct'
  /** What only the adapter understands (reply tokens, installation ids); a JSON object, stored with the job. */
  details?: Record<string, string | number | boolean>
}

/** The envelope of everything a person does. */
export interface Caller {
  person: Person
  rights: Rights
  conversation: Conversation
  /** The platform's id of the event; a second delivery of the same id is the same job. */
  eventId: string
  /** BCP 47 as the platform gave it. */
  locale?: string
}
