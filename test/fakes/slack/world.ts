/** The state of the fake Slack: workspaces, people, channels, messages, files and views, as plain records. */
import type { Clock } from '../../../src/ports.ts'
import type { FakeBlock, FakeViewContent } from './block-kit.ts'

export interface Team {
  id: string
  name: string
  enterpriseId?: string
  botToken: string
  botId: string
  botUserId: string
  scopes: Set<string>
  /** Installed for the whole organisation: the installation is the organisation's, not this workspace's. */
  orgWide: boolean
  /** false once uninstalled or revoked: every call answers token_revoked. */
  installed: boolean
}

export interface Member {
  id: string
  teamId: string
  name: string
  locale: string
  admin: boolean
}

export interface Channel {
  id: string
  teamId: string
  name: string
  kind: 'public' | 'private' | 'im'
  members: Set<string>
  archived: boolean
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
    this.#lastTs = Math.max(this.clock.now() * 1000, this.#lastTs + 1)
    return (this.#lastTs / 1e6).toFixed(6)
  }

  teamByToken(token: string): Team | undefined {
    return [...this.teams.values()].find(team => team.botToken === token)
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

  /** The direct messages of a person with the bot of their workspace; opened when first needed. */
  directChannel(member: Member): Channel {
    const botUserId = this.team(member.teamId).botUserId
    for (const channel of this.channels.values()) {
      if (channel.kind === 'im' && channel.members.has(member.id) && channel.members.has(botUserId))
        return channel
    }
    const id = this.id('D')
    const channel: Channel = {
      id,
      teamId: member.teamId,
      name: `dm-${member.name}`,
      kind: 'im',
      members: new Set([member.id, botUserId]),
      archived: false,
    }
    this.channels.set(id, channel)
    return channel
  }
}
