/** What exists on the fake Discord: users, guilds, channels, threads and messages, and who may do what. */
import type { Clock } from '../../../src/system/ports.ts'
import { flag } from './limits/messages.ts'
import { defaultUploadLimitBytes } from './posting.ts'
import type { Channel, Guild, Message, User } from './records.ts'
import { bits, overwritten, type PermissionName, permission, usual } from './rules/permissions.ts'
import { Snowflakes } from './snowflakes.ts'
import { refuse } from './transport/refusal.ts'

export type { Attachment, Channel, Guild, Message, User } from './records.ts'

export interface GuildOptions {
  botIsMember?: boolean
  locale?: string
  members?: User[]
  uploadLimitBytes?: number
}

export function isThread(channel: Channel): boolean {
  return channel.type === 11 || channel.type === 12
}

export class World {
  readonly clock: Clock
  readonly ids: Snowflakes
  readonly bot: User
  readonly guilds = new Map<string, Guild>()
  readonly channels = new Map<string, Channel>()
  readonly users = new Map<string, User>()
  /** In order of their making; deleted ones stay, marked. */
  readonly messages = new Map<string, Message>()
  /** Everything that rang somebody's bell: `message id: mention`. */
  readonly pings: string[] = []
  /** Bytes that a file may have where nobody raised it. */
  uploadLimitBytes = defaultUploadLimitBytes
  readonly #watchers = new Set<() => void>()

  constructor(clock: Clock) {
    this.clock = clock
    this.ids = new Snowflakes(clock)
    this.bot = this.addUser('Easel', { bot: true })
  }

  addUser(
    displayName: string,
    options: { bot?: boolean; locale?: string; uploadLimitBytes?: number } = {},
  ): User {
    const user: User = {
      id: this.ids.next(),
      username: displayName.toLowerCase().replace(/\W+/g, ''),
      displayName,
      bot: options.bot ?? false,
      locale: options.locale ?? 'en-US',
      closedToMessages: false,
      uploadLimitBytes: options.uploadLimitBytes,
    }
    this.users.set(user.id, user)
    return user
  }

  addGuild(name: string, options: GuildOptions = {}): Guild {
    const guild: Guild = {
      id: this.ids.next(),
      name,
      ownerId: this.ids.next(),
      locale: options.locale ?? 'en-US',
      botIsMember: options.botIsMember ?? true,
      members: options.members && new Set(options.members),
      extraPermissions: new Map(),
      maxActiveThreads: 1000,
      uploadLimitBytes: options.uploadLimitBytes,
      roles: [],
      blockedWords: [],
    }
    this.guilds.set(guild.id, guild)
    return guild
  }

  addChannel(name: string, guild: Guild, options: { nsfw?: boolean; type?: 0 | 2 | 15 } = {}): Channel {
    return this.#addChannel({ type: options.type ?? 0, name, guild, nsfw: options.nsfw ?? false })
  }

  /** The one direct conversation between the bot and a person. */
  directChannel(user: User): Channel {
    for (const channel of this.channels.values())
      if (channel.type === 1 && channel.members.includes(user)) return channel
    return this.#addChannel({ type: 1, name: user.displayName, members: [user] })
  }

  /** A group conversation among people; the bot is no member. */
  groupChannel(members: User[]): Channel {
    return this.#addChannel({ type: 3, name: members.map(m => m.displayName).join(', '), members })
  }

  /** With members it is private: nobody else sees it but moderators. */
  addThread(
    name: string,
    parent: Channel,
    id = this.ids.next(),
    options: { owner?: User; members?: User[] } = {},
  ): Channel {
    return this.#addChannel({
      id,
      type: options.members === undefined ? 11 : 12,
      name,
      guild: parent.guild,
      parentId: parent.id,
      ownerId: options.owner?.id ?? options.members?.[0]?.id ?? this.bot.id,
      members: options.members ?? [],
      nsfw: parent.nsfw,
    })
  }

  #addChannel(given: Partial<Channel> & Pick<Channel, 'type' | 'name'>): Channel {
    const channel: Channel = {
      id: given.id ?? this.ids.next(),
      members: [],
      archived: false,
      locked: false,
      nsfw: false,
      overwrites: new Map(),
      deleted: false,
      ...given,
    }
    this.channels.set(channel.id, channel)
    this.changed()
    return channel
  }

  /** An existing channel that the bot can see; throws 10003 or 50001. */
  channelForBot(id: string): Channel {
    const channel = this.channels.get(id)
    if (!channel || channel.deleted || this.parentOf(channel)?.deleted) throw refuse.unknownChannel()
    if (!this.sees(this.bot, channel)) throw refuse.missingAccess()
    return channel
  }

  /** A message that the bot can address by its own token; ephemeral ones it cannot. */
  messageForBot(channelId: string, messageId: string): Message {
    const channel = this.channelForBot(channelId)
    const message = this.messages.get(messageId)
    if (!message || message.deleted || message.channel !== channel || message.ephemeralTo)
      throw refuse.unknownMessage()
    return message
  }

  parentOf(channel: Channel): Channel | undefined {
    return channel.parentId === undefined ? undefined : this.channels.get(channel.parentId)
  }

  /** In its direct conversations the bot may do everything, in a group or a guild it never joined nothing. */
  botPermissions(channel: Channel): bigint {
    if (channel.type === 1) return usual
    if (channel.type === 3 || !channel.guild?.botIsMember) return 0n
    return this.userPermissions(channel, this.bot)
  }

  /** What overwrites leave to a member; that a private thread is closed to them is not among it, as on Discord. */
  userPermissions(channel: Channel, user: User): bigint {
    const { overwrites } = this.parentOf(channel) ?? channel
    const base = usual | (channel.guild?.extraPermissions.get(user.id) ?? 0n)
    return overwritten(base, [overwrites.get('everyone'), overwrites.get(user.id)])
  }

  /**
   * Whether a conversation exists for somebody. A private thread is open to those who were added and to moderators, and
   * to them only while they see its channel (topics/threads, topics/permissions).
   */
  sees(user: User, channel: Channel): boolean {
    const { guild } = channel
    if (guild === undefined)
      return channel.members.includes(user) || (user === this.bot && channel.type === 1)
    const isMember = user === this.bot ? guild.botIsMember : (guild.members?.has(user) ?? true)
    const has = this.userPermissions(channel, user)
    if (!isMember || (has & permission.ViewChannel) === 0n) return false
    return channel.type !== 12 || channel.members.includes(user) || (has & permission.ManageThreads) !== 0n
  }

  grant(user: User, guild: Guild, ...names: PermissionName[]): void {
    guild.extraPermissions.set(user.id, (guild.extraPermissions.get(user.id) ?? 0n) | bits(...names))
  }

  /** Takes permissions from the bot in a channel and its threads. */
  deny(channel: Channel, ...names: PermissionName[]): void {
    this.overwrite(channel, this.bot, { deny: names })
  }

  /** Gives and takes permissions in a channel and its threads, beyond what was given and taken before. */
  overwrite(
    channel: Channel,
    who: User | 'everyone',
    change: { allow?: PermissionName[]; deny?: PermissionName[] },
  ): void {
    const key = who === 'everyone' ? who : who.id
    const { allow, deny } = channel.overwrites.get(key) ?? { allow: 0n, deny: 0n }
    const given = bits(...(change.allow ?? []))
    const taken = bits(...(change.deny ?? []))
    channel.overwrites.set(key, { allow: (allow & ~taken) | given, deny: (deny & ~given) | taken })
  }

  /** The larger of what the place and the person have (reference, Uploading Files). */
  uploadLimitIn(channel: Channel | undefined, user?: User): number {
    return Math.max(channel?.guild?.uploadLimitBytes ?? this.uploadLimitBytes, user?.uploadLimitBytes ?? 0)
  }

  addMessage(given: Pick<Message, 'channel' | 'author'> & Partial<Message>): Message {
    const message: Message = {
      id: this.ids.next(),
      content: '',
      embeds: [],
      components: [],
      attachments: [],
      flags: 0,
      createdAt: this.clock.now(),
      editedAt: [],
      deleted: false,
      ...given,
    }
    this.messages.set(message.id, message)
    this.changed()
    return message
  }

  /** What can be seen in a channel, oldest first; ephemeral answers only to the one they are for. */
  messagesIn(channel: Channel, viewer?: User): Message[] {
    return [...this.messages.values()].filter(
      message =>
        message.channel === channel &&
        !message.deleted &&
        (message.ephemeralTo === undefined || message.ephemeralTo === viewer),
    )
  }

  threadsUnder(channel: Channel): Channel[] {
    return [...this.channels.values()].filter(each => each.parentId === channel.id && !each.deleted)
  }

  isV2(message: Message): boolean {
    return (message.flags & flag.componentsV2) !== 0
  }

  /** Calls `look` after every change until it says that it has seen enough. */
  watch(look: () => void): () => void {
    this.#watchers.add(look)
    return () => this.#watchers.delete(look)
  }

  changed(): void {
    for (const look of [...this.#watchers]) look()
  }
}
