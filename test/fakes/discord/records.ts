/** The records that the fake Discord keeps: users, guilds, channels, attachments and messages. */
import type { TopComponent } from './limits/components.ts'
import type { Embed } from './limits/messages.ts'
import type { Overwrite } from './rules/permissions.ts'

export interface User {
  id: string
  username: string
  /** As people see it. */
  displayName: string
  bot: boolean
  locale: string
  /** Refuses direct messages from the bot (50007). */
  closedToMessages: boolean
  /** Bytes that a file of theirs may have, where Nitro raises it. */
  uploadLimitBytes?: number
}

export interface Guild {
  id: string
  name: string
  ownerId: string
  locale: string
  /** False where the app was installed by a user alone. */
  botIsMember: boolean
  /** Those who are in it; undefined: everybody. */
  members?: ReadonlySet<User>
  /** Beyond `usual`, by user id. */
  extraPermissions: Map<string, bigint>
  maxActiveThreads: number
  /** Bytes that a file may have here, where boosts raise it. */
  uploadLimitBytes?: number
  /** Besides @everyone. */
  roles: { id: string; name: string }[]
  /** Words that automatic moderation lets nobody write, in any case of letters. */
  blockedWords: string[]
}

/** Kinds by Discord's numbers: 0 text, 1 direct, 3 group, 11 public thread, 12 private thread, 15 forum. */
export interface Channel {
  id: string
  type: 0 | 1 | 2 | 3 | 11 | 12 | 15
  guild?: Guild
  name: string
  /** Threads: the channel they hang under. */
  parentId?: string
  /** Threads: who began it. */
  ownerId?: string
  /** The people of a direct or group conversation, or of a private thread. */
  members: User[]
  archived: boolean
  locked: boolean
  nsfw: boolean
  /** What everybody ('everyone') or one member has more or less here, by user id; threads inherit their channel's. */
  overwrites: Map<string, Overwrite>
  deleted: boolean
}

export interface Attachment {
  id: string
  filename: string
  description?: string
  contentType: string
  bytes: Uint8Array
  /** sha256, hex. */
  hash: string
  widthPx?: number
  heightPx?: number
}

export interface Message {
  id: string
  channel: Channel
  author: User
  content: string
  embeds: Embed[]
  components: TopComponent[]
  attachments: Attachment[]
  flags: number
  createdAt: number
  /** One entry an edit, on the fake's clock. */
  editedAt: number[]
  replyTo?: string
  nonce?: string
  /** Only this user sees it. */
  ephemeralTo?: User
  /** `/imagine` above an answer to a command. */
  commandUsed?: string
  deleted: boolean
}
