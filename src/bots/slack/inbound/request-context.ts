/** Builds the request context of a Slack payload: person, conversation and language. */
import type { Caller, Conversation } from '../../../app/people/people.ts'
import type { Words } from '../../../words/en.ts'
import { wordsFor } from '../../../words/locale.ts'
import { withNames } from '../../chat/mentioned-names.ts'
import type { MessagePlace } from '../outbound/messages.ts'
import type { Workspace, WorkspaceIds, Workspaces } from '../transport/workspaces.ts'
import type { Channels } from './lookups/channels.ts'
import type { Members } from './lookups/members.ts'

/** The facts that every kind of payload contains, in different fields. */
export interface Sender {
  ids: WorkspaceIds & { teamId: string }
  userId: string
  userName: string
  /** The channel for results; a person's id means their direct messages. */
  channel: string
  thread?: string
  eventId: string
}

/** A sender with everything that a reply needs. */
export interface RequestContext {
  workspace: Workspace
  caller: Caller
  place: MessagePlace
  words: Words
}

export class RequestContexts {
  readonly #workspaces: Workspaces
  readonly #members: Members
  readonly #channels: Channels

  constructor(workspaces: Workspaces, members: Members, channels: Channels) {
    this.#workspaces = workspaces
    this.#members = members
    this.#channels = channels
  }

  /** The text of an event with names where it mentions people other than the bot. */
  nameMembers(text: string, { workspace, caller }: RequestContext): Promise<string> {
    const mention = new RegExp(`<@(?!${workspace.botUserId}[|>])([UW][A-Z0-9]+)(?:\\|([^<>]+))?>`, 'g')
    return withNames(text, mention, async userId => {
      const { name } = await this.#members.find(workspace, caller.person.spaceId, userId, '')
      return name === '' ? undefined : name
    })
  }

  /** The context of a sender; undefined if the app is not installed, so no reply is possible. */
  async of(sender: Sender): Promise<RequestContext | undefined> {
    const workspace = this.#workspaces.of(sender.ids)
    if (workspace === undefined) return undefined
    const { teamId, enterpriseId } = sender.ids
    const [member, audience] = await Promise.all([
      this.#members.find(workspace, teamId, sender.userId, sender.userName),
      this.#channels.audienceOf(workspace, sender.channel),
    ])
    const conversation: Conversation = {
      platform: 'slack',
      spaceId: teamId,
      channelId: sender.channel,
      ...(sender.thread === undefined ? {} : { threadId: sender.thread }),
      kind: kindOf(sender),
      audience,
      details: {
        ...(enterpriseId === undefined ? {} : { enterpriseId }),
        ...(member.locale === undefined ? {} : { locale: member.locale }),
      },
    }
    return {
      workspace,
      words: wordsFor(member.locale),
      place: { channel: sender.channel, ...(sender.thread === undefined ? {} : { thread: sender.thread }) },
      caller: {
        person: { platform: 'slack', spaceId: teamId, userId: sender.userId, name: member.name },
        rights: member.rights,
        conversation,
        eventId: sender.eventId,
        ...(member.locale === undefined ? {} : { locale: member.locale }),
      },
    }
  }
}

/** Channels are C… or G…; D… and people (U…, W…) are direct messages. */
function kindOf({ channel, thread }: Sender): Conversation['kind'] {
  if (/^[DUW]/.test(channel)) return 'direct'
  return thread === undefined ? 'channel' : 'thread'
}
