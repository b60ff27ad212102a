/** Posting, editing and deleting messages, and saying something to one person alone. */
import type { Called, SlackApi } from '../transport/api.ts'
import type { Workspace } from '../transport/workspaces.ts'
import type { Payload } from './render.ts'

/** A conversation, and there maybe a thread, named by its parent's ts. */
export interface Place {
  channel: string
  thread?: string
}

/** A message that is there. */
export interface Posted {
  channel: string
  ts: string
}

export class Messages {
  readonly #api: SlackApi

  constructor(api: SlackApi) {
    this.#api = api
  }

  /** Where the new message is: a channel of its own where the place was a person. */
  async post(workspace: Workspace, place: Place, payload: Payload): Promise<Called<Posted>> {
    const called = await this.#api.call(workspace.token, `chat.postMessage ${place.channel}`, client =>
      client.chat.postMessage({
        channel: place.channel,
        ...inThread(place),
        ...payload,
        parse: 'none',
        unfurl_links: false,
        unfurl_media: false,
      }),
    )
    if (called.kind === 'refused') return called
    const { channel = place.channel, ts = '' } = called.value
    return { kind: 'done', value: { channel, ts } }
  }

  /** Whether a new card with its placeholder is there at once, and not after those of many others. */
  canPostSoon(workspace: Workspace, { channel }: Place): boolean {
    return this.#api.left(workspace.token, `chat.postMessage ${channel}`) >= 2
  }

  async edit(workspace: Workspace, message: Posted, payload: Payload): Promise<Called<undefined>> {
    const { channel, ts } = message
    const called = await this.#api.call(workspace.token, 'chat.update', client =>
      client.chat.update({ channel, ts, ...payload, parse: 'none' }),
    )
    return nothing(called)
  }

  /** Whether an edit that may as well be left out can be afforded now. */
  canSpareEdit(workspace: Workspace): boolean {
    return this.#api.canSpare(workspace.token, 'chat.update')
  }

  /** The address of a message for people; undefined where Slack does not give one. */
  async link(workspace: Workspace, { channel, ts }: Posted): Promise<string | undefined> {
    const called = await this.#api.call(workspace.token, 'chat.getPermalink', client =>
      client.chat.getPermalink({ channel, message_ts: ts }),
    )
    return called.kind === 'done' ? called.value.permalink : undefined
  }

  async remove(workspace: Workspace, message: Posted): Promise<Called<undefined>> {
    const { channel, ts } = message
    return nothing(
      await this.#api.call(workspace.token, 'chat.delete', client => client.chat.delete({ channel, ts })),
    )
  }

  /** Seen by one person alone, until they reload; where that cannot be, in their direct messages. */
  async postEphemeral(workspace: Workspace, place: Place, user: string, payload: Payload): Promise<void> {
    const called = await this.#api.call(workspace.token, 'chat.postEphemeral', client =>
      client.chat.postEphemeral({
        channel: place.channel,
        user,
        ...inThread(place),
        ...payload,
        parse: 'none',
      }),
    )
    if (called.kind === 'refused') await this.post(workspace, { channel: user }, payload)
  }
}

function inThread({ thread }: Place): { thread_ts?: string } {
  return thread === undefined ? {} : { thread_ts: thread }
}

function nothing(called: Called<unknown>): Called<undefined> {
  return called.kind === 'refused' ? called : { kind: 'done', value: undefined }
}
