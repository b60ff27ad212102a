/** Who can read a channel on Slack: public is what Slack says is a public channel; all else is closed. */
import type { Audience } from '../../../app/people.ts'
import type { Clock } from '../../../ports.ts'
import type { SlackApi } from '../transport/api.ts'
import type { Workspace } from '../transport/workspaces.ts'
import { LookupCache } from './lookup-cache.ts'

export class Channels {
  readonly #api: SlackApi
  readonly #known: LookupCache<Audience>

  constructor(api: SlackApi, clock: Clock) {
    this.#api = api
    this.#known = new LookupCache(clock)
  }

  /** Threads are as open as their channel. */
  async audienceOf(workspace: Workspace, channelId: string): Promise<Audience> {
    // Only a C… can be public (docs.slack.dev/reference/objects/conversation-object); it may be private all the same.
    if (!channelId.startsWith('C')) return 'channel'
    const key = `${workspace.token} ${channelId}`
    return (await this.#known.find(key, () => this.#look(workspace, channelId))) ?? 'channel'
  }

  async #look(workspace: Workspace, channelId: string): Promise<Audience | undefined> {
    const called = await this.#api.call(workspace.token, 'conversations.info', client =>
      client.conversations.info({ channel: channelId }),
    )
    // Of private channels, and without the scope, Slack says nothing.
    if (called.kind === 'refused') return 'channel'
    const { channel } = called.value
    const isPublic = channel?.is_channel === true && channel.is_private === false
    return isPublic && channel.is_im !== true && channel.is_mpim !== true ? 'space' : 'channel'
  }
}
