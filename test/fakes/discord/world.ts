/** What exists on the fake Discord: users, guilds, channels, threads and messages, and who may do what. */
import type { Clock } from '../../../src/ports.ts'
import type { TopComponent } from './limits/components.ts'
import type { Embed } from './limits/messages.ts'
import { flag } from './limits/messages.ts'
import { bits, type PermissionName, permission, usual } from './permissions.ts'
import { refuse } from './refusal.ts'
import { Snowflakes } from './snowflakes.ts'

export interface User {
  id: string
  username: string
  /** As people see it. */
  displayName: string
  bot: boolean
  locale: string
  /** Refuses direct messages from the bot (50007). */
  closedToMessages: boolean
}

export interface Guild {
  id: string
  name: string
  ownerId: string
  locale: string
  /** False where the app was installed by a user alone. */
  botIsMember: boolean
  /** Beyond `usual`, by user id. */
  extraPermissions: Map<string, bigint>
  maxActiveThreads: number
}

/** Kinds by Discord's numbers: 0 text, 1 direct, 3 group, 11 public thread, 15 forum. */
export interface Channel {
  id: string
  type: 0 | 1 | 3 | 11 | 15
  guild?: Guild
  name: string
  /** Threads: the channel they hang under. */
  parentId?: string
  /** The people of a direct or group conversation. */
  members: User[]
  archived: boolean
  locked: boolean
  nsfw: boolean
  /** Taken from the bot here; threads inherit. */
  deniedToBot: bigint
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
  readonly #watchers = new Set<() => void>()

  constructor(clock: Clock) {
    this.clock = clock
    this.ids = new Snowflakes(clock)
    this.bot = this.addUser('Easel', { bot: true })
  }

  addUser(displayName: string, options: { bot?: boolean; locale?: string } = {}): User {
    const user: User = {
      id: this.ids.next(),
      username: displayName.toLowerCase().replace(/\W+/g, ''),
      displayName,
      bot: options.bot ?? false,
      locale: options.locale ?? 'en-US',
      closedToMessages: false,
    }
    this.users.set(user.id, user)
    return user
  }

  addGuild(name: string, options: { botIsMember?: boolean; locale?: string } = {}): Guild {
    const guild: Guild = {
      id: this.ids.next(),
      name,
      ownerId: this.ids.next(),
      locale: options.locale ?? 'en-US',
      botIsMember: options.botIsMember ?? true,
      extraPermissions: new Map(),
      maxActiveThreads: 1000,
    }
    this.guilds.set(guild.id, guild)
    return guild
  }

  addChannel(name: string, guild: Guild, options: { nsfw?: boolean; type?: 0 | 15 } = {}): Channel {
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

  addThread(name: string, parent: Channel, id = this.ids.next()): Channel {
    return this.#addChannel({
      id,
      type: 11,
      name,
      guild: parent.guild,
      parentId: parent.id,
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
      deniedToBot: 0n,
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
    if ((this.botPermissions(channel) & permission.ViewChannel) === 0n) throw refuse.missingAccess()
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
    const denied = channel.deniedToBot | (this.parentOf(channel)?.deniedToBot ?? 0n)
    const extra = channel.guild.extraPermissions.get(this.bot.id) ?? 0n
    return (usual | extra) & ~denied
  }

  userPermissions(channel: Channel, user: User): bigint {
    return usual | (channel.guild?.extraPermissions.get(user.id) ?? 0n)
  }

  grant(user: User, guild: Guild, ...names: PermissionName[]): void {
    guild.extraPermissions.set(user.id, (guild.extraPermissions.get(user.id) ?? 0n) | bits(...names))
  }

  /** Takes permissions from the bot in a channel and its threads. */
  deny(channel: Channel, ...names: PermissionName[]): void {
    channel.deniedToBot |= bits(...names)
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
