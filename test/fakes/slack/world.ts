/** The state of the fake Slack: workspaces, people, channels, messages, files and views, as plain records. */
import type { Clock } from '../../../src/system/ports.ts'
import type { FakeBlock, FakeViewContent } from './blocks/block-kit.ts'

export interface Team {
  id: string
  name: string
  enterpriseId?: string
  /** Another one after each installation. */
  botToken: string
  /** Those of installations that ended. */
  revokedTokens: Set<string>
  botId: string
  botUserId: string
  scopes: Set<string>
  /** Installed for the whole organisation: the installation is the organisation's, not this workspace's. */
  orgWide: boolean
  /** false once uninstalled or revoked: every call answers token_revoked. */
  installed: boolean
  /** How long messages may be edited here; undefined: for ever. */
  editWindowMs?: number
}

export interface Member {
  id: string
  teamId: string
  name: string
  locale: string
  admin: boolean
  /** Of an app that acts as this person. */
  userToken?: string
}

export interface Channel {
  id: string
  teamId: string
  name: string
  kind: 'public' | 'private' | 'im' | 'mpim'
  members: Set<string>
  archived: boolean
  /** Nobody may reply in threads there (chat.postMessage, restricted_action_non_threadable_channel). */
  isThreadless?: boolean
}

export interface Post {
  ts: string
  channelId: string
  threadTs?: string
  authorId: string
  text: string
  /** `parse: 'none'`: bare addresses in `text` stay text. */
  parsesText: boolean
  blocks: FakeBlock[]
  fileIds: string[]
  /** Seen by this person alone, and not for ever. */
  onlyFor?: string
  editCount: number
  deleted: boolean
}

export interface StoredFile {
  id: string
  teamId: string
  ownerId: string
  name: string
  title: string
  altText: string
  lengthBytes: number
  bytes?: Uint8Array
  mediaType: string
  state: 'reserved' | 'uploaded' | 'complete' | 'deleted'
  /** On the fake clock; Infinity: never. */
  processedAtMs: number
  shares: { channelId: string; ts: string; threadTs?: string }[]
  /** Somebody gave it to the app in a form: it sees it though it is shared nowhere. */
  givenToApp: boolean
}

export interface OpenView {
  id: string
  hash: string
  teamId: string
  userId: string
  content: FakeViewContent
  closed: boolean
}

/** Everything there is; methods only find, number and stamp. */
export class World {
  readonly teams = new Map<string, Team>()
  readonly members = new Map<string, Member>()
  readonly channels = new Map<string, Channel>()
  readonly posts: Post[] = []
  readonly files = new Map<string, StoredFile>()
  readonly views = new Map<string, OpenView>()
  readonly homes = new Map<string, OpenView>()
  /** Addresses of messages that were asked for: where a link to one leads. */
  readonly permalinks = new Map<string, Post>()
  readonly clock: Clock
  #count = 0
  #lastTs = 0

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** `F00000001`: a letter and eight digits, as long as Slack's own. */
  id(letter: string): string {
    this.#count += 1
    return `${letter}${String(this.#count).padStart(8, '0')}`
  }

  /** Seconds with six decimals, unique and growing: a message's name. */
  nextTs(): string {
    // The clock has fractions of a microsecond, and two of them may round to one name.
    this.#lastTs = Math.max(Math.ceil(this.clock.now() * 1000), this.#lastTs + 1)
    return (this.#lastTs / 1e6).toFixed(6)
  }

  teamByToken(token: string): Team | undefined {
    return [...this.teams.values()].find(team => team.botToken === token)
  }

  memberByToken(token: string): Member | undefined {
    return [...this.members.values()].find(member => member.userToken === token)
  }

  wasRevoked(token: string): boolean {
    return [...this.teams.values()].some(team => team.revokedTokens.has(token))
  }

  team(id: string): Team {
    const team = this.teams.get(id)
    if (team === undefined) throw new Error(`no team ${id} in the fake`)
    return team
  }

  member(id: string): Member {
    const member = this.members.get(id)
    if (member === undefined) throw new Error(`no member ${id} in the fake`)
    return member
  }

  channel(id: string): Channel {
    const channel = this.channels.get(id)
    if (channel === undefined) throw new Error(`no channel ${id} in the fake`)
    return channel
  }

  post(channelId: string, ts: string): Post | undefined {
    return this.posts.find(post => post.channelId === channelId && post.ts === ts && !post.deleted)
  }

  /**
   * Whether a bot sees a file: its own, one that it was given, or one in a conversation that it is in. More the scope
   * files:read does not open (docs.slack.dev/reference/scopes/files.read).
   */
  sees(team: Team, file: StoredFile): boolean {
    if (file.teamId !== team.id) return false
    if (file.ownerId === team.botUserId || file.givenToApp) return true
    return file.shares.some(({ channelId }) => this.channels.get(channelId)?.members.has(team.botUserId))
  }

  addConversation(channel: Pick<Channel, 'id' | 'teamId' | 'name' | 'kind' | 'members'>): Channel {
    const added: Channel = { ...channel, archived: false }
    this.channels.set(added.id, added)
    return added
  }

  /** The direct messages of a person with the bot of their workspace; opened when first needed. */
  directChannel(member: Member): Channel {
    const botUserId = this.team(member.teamId).botUserId
    for (const channel of this.channels.values()) {
      if (channel.kind === 'im' && channel.members.has(member.id) && channel.members.has(botUserId))
        return channel
    }
    return this.addConversation({
      id: this.id('D'),
      teamId: member.teamId,
      name: `dm-${member.name}`,
      kind: 'im',
      members: new Set([member.id, botUserId]),
    })
  }
}
