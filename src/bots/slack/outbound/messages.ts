/** Posts, edits and deletes messages, and sends ephemeral messages. */
import { z } from 'zod'
import type { CallOutcome, SlackApi } from '../transport/api.ts'
import type { Workspace } from '../transport/workspaces.ts'
import type { Payload } from './render.ts'

/** A conversation and, optionally, a thread, identified by its parent's ts. */
export interface MessagePlace {
  channel: string
  thread?: string
}

/** A posted message. */
export interface PostedMessage {
  channel: string
  ts: string
}

const postedMessage = z.object({ channel: z.string(), ts: z.string() })

export function readPosted(stored: string): PostedMessage {
  return postedMessage.parse(JSON.parse(stored))
}

export class Messages {
  readonly #api: SlackApi

  /** The number of expected messages, by workspace and channel. */
  readonly #expected = new Map<string, number>()

  constructor(api: SlackApi) {
    this.#api = api
  }

  /** `begin` is called just before sending. Returns the posted message; for a person it is in a direct-message channel. */
  async post(
    workspace: Workspace,
    place: MessagePlace,
    payload: Payload,
    begin = async () => {},
  ): Promise<CallOutcome<PostedMessage>> {
    const { channel: there } = place
    const called = await this.#api.call(workspace.token, `chat.postMessage ${there}`, async client => {
      await begin()
      return client.chat.postMessage({
        channel: there,
        ...inThread(place),
        ...payload,
        parse: 'none',
        unfurl_links: false,
        unfurl_media: false,
      })
    })
    this.expect(workspace, place, -1)
    if (called.kind === 'refused') return called
    const { channel = place.channel, ts = '' } = called.value
    return { kind: 'done', value: { channel, ts } }
  }

  /** Whether a new card with its placeholder can be posted at once. */
  canPostSoon(workspace: Workspace, { channel }: MessagePlace): boolean {
    const expected = this.#expected.get(`${workspace.token} ${channel}`) ?? 0
    return this.#api.left(workspace.token, `chat.postMessage ${channel}`) - expected >= 2
  }

  /** Announces messages that will be posted there. */
  expect(workspace: Workspace, { channel }: MessagePlace, count: number): void {
    const key = `${workspace.token} ${channel}`
    const expected = Math.max(0, (this.#expected.get(key) ?? 0) + count)
    if (expected === 0) this.#expected.delete(key)
    else this.#expected.set(key, expected)
  }

  async edit(
    workspace: Workspace,
    message: PostedMessage,
    payload: Payload,
  ): Promise<CallOutcome<undefined>> {
    const { channel, ts } = message
    const called = await this.#api.call(workspace.token, 'chat.update', client =>
      client.chat.update({ channel, ts, ...payload, parse: 'none' }),
    )
    return nothing(called)
  }

  /** Whether the rate limit has room for an optional edit. */
  canSpareEdit(workspace: Workspace): boolean {
    return this.#api.canSpare(workspace.token, 'chat.update')
  }

  /** The permalink of a message; undefined if Slack returns none. */
  async link(workspace: Workspace, { channel, ts }: PostedMessage): Promise<string | undefined> {
    const called = await this.#api.call(workspace.token, 'chat.getPermalink', client =>
      client.chat.getPermalink({ channel, message_ts: ts }),
    )
    return called.kind === 'done' ? called.value.permalink : undefined
  }

  async remove(workspace: Workspace, message: PostedMessage): Promise<CallOutcome<undefined>> {
    const { channel, ts } = message
    return nothing(
      await this.#api.call(workspace.token, 'chat.delete', client => client.chat.delete({ channel, ts })),
    )
  }

  /** Sends an ephemeral message; if that is not possible, a direct message, which is returned. */
  async postEphemeral(
    workspace: Workspace,
    place: MessagePlace,
    user: string,
    payload: Payload,
  ): Promise<PostedMessage | undefined> {
    const called = await this.#api.call(workspace.token, 'chat.postEphemeral', client =>
      client.chat.postEphemeral({
        channel: place.channel,
        user,
        ...inThread(place),
        ...payload,
        parse: 'none',
      }),
    )
    if (called.kind === 'done') return undefined
    const direct = await this.post(workspace, { channel: user }, payload)
    return direct.kind === 'done' ? direct.value : undefined
  }
}

function inThread({ thread }: MessagePlace): { thread_ts?: string } {
  return thread === undefined ? {} : { thread_ts: thread }
}

function nothing(called: CallOutcome<unknown>): CallOutcome<undefined> {
  return called.kind === 'refused' ? called : { kind: 'done', value: undefined }
}
