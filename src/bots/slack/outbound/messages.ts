/** Posting, editing and deleting messages, and saying something to one person alone. */
import { z } from 'zod'
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

const postedMessage = z.object({ channel: z.string(), ts: z.string() })

export function readPosted(stored: string): Posted {
  return postedMessage.parse(JSON.parse(stored))
}

export class Messages {
  readonly #api: SlackApi

  /** Messages that were accepted and are not posted yet, by workspace and channel. */
  readonly #expected = new Map<string, number>()

  constructor(api: SlackApi) {
    this.#api = api
  }

  /** `begin` is called just before it is sent. Where the new message is: a channel of its own where the place was a person. */
  async post(
    workspace: Workspace,
    place: Place,
    payload: Payload,
    begin = async () => {},
  ): Promise<Called<Posted>> {
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

  /** Whether a new card with its placeholder is there at once, and not after those of many others. */
  canPostSoon(workspace: Workspace, { channel }: Place): boolean {
    const expected = this.#expected.get(`${workspace.token} ${channel}`) ?? 0
    return this.#api.left(workspace.token, `chat.postMessage ${channel}`) - expected >= 2
  }

  /** So many messages are about to be posted there. */
  expect(workspace: Workspace, { channel }: Place, count: number): void {
    const key = `${workspace.token} ${channel}`
    const expected = Math.max(0, (this.#expected.get(key) ?? 0) + count)
    if (expected === 0) this.#expected.delete(key)
    else this.#expected.set(key, expected)
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
