/** What Slack says of a channel: who can read it, and whether the bot can write in it. */
import type { Audience } from '../../../app/people.ts'
import type { Clock } from '../../../ports.ts'
import type { SlackApi } from '../transport/api.ts'
import type { Workspace } from '../transport/workspaces.ts'
import { LookupCache } from './lookup-cache.ts'

interface ChannelFacts {
  audience: Audience
  /** The code with which Slack would refuse a message there; undefined where it would take one, or does not tell. */
  refusal?: string
}

export class Channels {
  readonly #api: SlackApi
  readonly #known: LookupCache<ChannelFacts>

  constructor(api: SlackApi, clock: Clock) {
    this.#api = api
    this.#known = new LookupCache(clock)
  }

  /** Public is what Slack says is a public channel; all else is closed. Threads are as open as their channel. */
  async audienceOf(workspace: Workspace, channelId: string): Promise<Audience> {
    // Only a C… can be public (docs.slack.dev/reference/objects/conversation-object); it may be private all the same.
    if (!channelId.startsWith('C')) return 'channel'
    return (await this.#facts(workspace, channelId))?.audience ?? 'channel'
  }

  /** Why a message there would be refused: asked only where it was so when Slack was last asked. */
  async knownRefusalIn(workspace: Workspace, channelId: string): Promise<string | undefined> {
    if (!isChannel(channelId)) return undefined
    const known = await this.#facts(workspace, channelId)
    return known?.refusal === undefined ? undefined : this.refusalIn(workspace, channelId)
  }

  /** Why a message there would be refused, as it is now: the bot may have been invited a moment ago. */
  async refusalIn(workspace: Workspace, channelId: string): Promise<string | undefined> {
    if (!isChannel(channelId)) return undefined
    const now = await this.#known.refresh(keyOf(workspace, channelId), () => this.#look(workspace, channelId))
    return now?.refusal
  }

  #facts(workspace: Workspace, channelId: string): Promise<ChannelFacts | undefined> {
    return this.#known.find(keyOf(workspace, channelId), () => this.#look(workspace, channelId))
  }

  async #look(workspace: Workspace, channelId: string): Promise<ChannelFacts> {
    const called = await this.#api.call(workspace.token, 'conversations.info', client =>
      client.conversations.info({ channel: channelId }),
    )
    // Of private channels that the bot is in, and without the scope, Slack says nothing.
    if (called.kind === 'refused') {
      return called.error === 'channel_not_found'
        ? { audience: 'channel', refusal: called.error }
        : { audience: 'channel' }
    }
    const { channel } = called.value
    const isPublic = channel?.is_channel === true && channel.is_private === false
    const audience = isPublic && channel.is_im !== true && channel.is_mpim !== true ? 'space' : 'channel'
    if (channel?.is_archived === true) return { audience, refusal: 'is_archived' }
    return channel?.is_member === false ? { audience, refusal: 'not_in_channel' } : { audience }
  }
}

/** All others are direct messages. */
function isChannel(id: string): boolean {
  return /^[CG]/.test(id)
}

function keyOf({ token }: Workspace, channelId: string): string {
  return `${token} ${channelId}`
}
