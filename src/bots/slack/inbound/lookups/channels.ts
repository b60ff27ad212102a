/** Looks up channels on Slack: their audience, and whether the bot can post there. */
import type { Audience } from '../../../../common/conversations.ts'
import type { Clock } from '../../../../system/ports.ts'
import type { SlackApi } from '../../transport/api.ts'
import type { Workspace } from '../../transport/workspaces.ts'
import { LookupCache } from './lookup-cache.ts'

interface ChannelFacts {
  audience: Audience
  /** The code with which Slack would refuse a message there; undefined if it would accept one or if that is unknown. */
  refusal?: string
}

/**
 * A public channel may become private at any time, and later requests there are not for the whole workspace. One look-up a minute
 * for each channel stays within Slack's limit of 50 a minute in all but the largest workspaces. A channel that cannot be looked up
 * counts as private.
 */
const cachePolicy = { keptMs: 60_000, acceptsStale: false } as const

export class Channels {
  readonly #api: SlackApi
  readonly #known: LookupCache<ChannelFacts>

  constructor(api: SlackApi, clock: Clock) {
    this.#api = api
    this.#known = new LookupCache(clock, cachePolicy)
  }

  /** Slack's public channels are public; all other conversations are closed. A thread has its channel's audience. */
  async audienceOf(workspace: Workspace, channelId: string): Promise<Audience> {
    // Only a C… can be public (docs.slack.dev/reference/objects/conversation-object), but it may be private.
    if (!channelId.startsWith('C')) return 'channel'
    return (await this.#facts(workspace, channelId))?.audience ?? 'channel'
  }

  /** The code with which a message there would be refused. Slack is queried only if the last look-up had a refusal. */
  async cachedRefusalIn(workspace: Workspace, channelId: string): Promise<string | undefined> {
    if (!isChannel(channelId)) return undefined
    const known = await this.#facts(workspace, channelId)
    return known?.refusal === undefined ? undefined : this.refusalIn(workspace, channelId)
  }

  /** The code with which a message there would be refused, from a fresh look-up: the bot may have been invited just now. */
  async refusalIn(workspace: Workspace, channelId: string): Promise<string | undefined> {
    if (!isChannel(channelId)) return undefined
    const now = await this.#known.refresh(keyOf(workspace, channelId), () =>
      this.#lookUp(workspace, channelId),
    )
    return now?.refusal
  }

  #facts(workspace: Workspace, channelId: string): Promise<ChannelFacts | undefined> {
    return this.#known.find(keyOf(workspace, channelId), () => this.#lookUp(workspace, channelId))
  }

  async #lookUp(workspace: Workspace, channelId: string): Promise<ChannelFacts> {
    const called = await this.#api.call(workspace.token, 'conversations.info', client =>
      client.conversations.info({ channel: channelId }),
    )
    // Without the scope Slack returns nothing, also for private channels with the bot.
    if (called.kind === 'refused') {
      return called.code === 'channel_not_found'
        ? { audience: 'channel', refusal: called.code }
        : { audience: 'channel' }
    }
    const { channel } = called.value
    const isPublic = channel?.is_channel === true && channel.is_private === false
    const audience = isPublic && channel.is_im !== true && channel.is_mpim !== true ? 'space' : 'channel'
    if (channel?.is_archived === true) return { audience, refusal: 'is_archived' }
    return channel?.is_member === false ? { audience, refusal: 'not_in_channel' } : { audience }
  }
}

/** All other conversations are direct messages. */
function isChannel(id: string): boolean {
  return /^[CG]/.test(id)
}

function keyOf({ token }: Workspace, channelId: string): string {
  return `${token} ${channelId}`
}
