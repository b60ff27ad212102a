/** People, spaces and conversations, the same for every platform. */

import type { Platform } from '../../common/platforms.ts'
import { accountOf } from '../../db/repositories/account.ts'

export type { Platform } from '../../common/platforms.ts'

/** The space of everything on Discord that is outside guilds. Its people share nothing: it is no community. */
export const directSpaceId = 'direct'

/** A person on a platform, by the triple platform, space, user; names are for show only. */
export interface Person {
  platform: Platform
  /** Guild, workspace or, in direct messages and on the web, a fixed word. */
  spaceId: string
  userId: string
  /** Display name as the platform gave it: never trusted, always escaped. */
  name: string
  /**
   * Pseudonym of the network address, where the platform has no accounts: whoever loses who they were is another person
   * at the same address.
   */
  address?: string
}

/** The same human, as far as the platform tells: on Discord in every guild, elsewhere in one space. */
export function isSamePerson(a: Person, b: Person): boolean {
  return accountOf(a) === accountOf(b)
}

/** What the platform says this person may do where the request came from. */
export interface Rights {
  /** A full member of the space, who can read its public conversations. Guests read the one that they are in. */
  member: boolean
  /** May cancel and delete what others asked for. */
  moderator: boolean
  /** May see stats and change settings of the space. */
  admin: boolean
}

/** Who can read a conversation: everybody in its space, those in its channel, or those in its thread alone. */
export type Audience = 'space' | 'channel' | 'thread'

/** Where a request was made and where its results go. */
export interface Conversation {
  platform: Platform
  spaceId: string
  channelId: string
  /** Set where the request came from inside a thread. */
  threadId?: string
  kind: 'channel' | 'thread' | 'direct'
  /** As it was when the request was made. An adapter says `space` only of what it knows to be public. */
  audience: Audience
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
