/** People, spaces and conversations, the same for every platform. */

import type { Audience, ConversationKind } from '../../common/conversations.ts'
import type { Platform } from '../../common/platforms.ts'
import { accountOf } from '../../db/repositories/account.ts'

export type { Platform } from '../../common/platforms.ts'

/** The space of all Discord conversations outside guilds. Its people share nothing with each other. */
export const directSpaceId = 'direct'

/** A person on a platform, identified by platform, space and user. Names are for display only. */
export interface Person {
  platform: Platform
  /** A guild or workspace; a fixed word for Discord's direct messages and for the web. */
  spaceId: string
  userId: string
  /** The display name as the platform gave it. It is not trusted, and always escaped. */
  name: string
  /**
   * The pseudonym of the network address, for platforms without accounts: a person who deletes their cookie is a new
   * person at the same address.
   */
  address?: string
}

/** Whether both are the same account: on Discord across guilds, elsewhere within one space. */
export function isSamePerson(a: Person, b: Person): boolean {
  return accountOf(a) === accountOf(b)
}

/** The person's rights in the request's conversation, as the platform reports them. */
export interface Rights {
  /** A full member, who can read the space's public conversations. A guest reads only the current one. */
  member: boolean
  /** May cancel and delete other people's jobs. */
  moderator: boolean
  /** May see the statistics of the space. */
  admin: boolean
}

/** The conversation in which a request was made and to which its results go. */
export interface Conversation {
  platform: Platform
  spaceId: string
  channelId: string
  /** Set if the request came from a thread. */
  threadId?: string
  kind: ConversationKind
  /** The audience at the time of the request. An adapter sets `space` only for conversations known to be public. */
  audience: Audience
  /** Data that only the adapter understands, such as reply tokens; a JSON object, stored with the job. */
  details?: Record<string, string | number | boolean>
}

/** The sender of a request or action, with its conversation and event id. */
export interface Caller {
  person: Person
  rights: Rights
  conversation: Conversation
  /** The platform's id of the event. A second delivery of the same id gives the same jobs. */
  eventId: string
  /** BCP 47 as the platform gave it. */
  locale?: string
}
