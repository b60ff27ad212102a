/** Posts, edits and deletes messages with the bot token or an interaction's token, and manages threads. */
import { type RawFile, Routes, ThreadAutoArchiveDuration } from 'discord.js'
import { z } from 'zod'
import { type CallOutcome, type DiscordApi, refusals } from '../transport/api.ts'
import type { MessageAddress } from './address.ts'
import { componentIdOf, type Mark, nonceOf, snowflakeBefore } from './render/message-mark.ts'
import { maxAltTextCharacters, type Payload } from './render/render.ts'
import { plainText } from './render/text.ts'

/** A payload with its files. */
export interface Post extends Payload {
  files: readonly { fileName: string; altText: string; bytes: Uint8Array }[]
  /** The one user whom it may ping. */
  pings?: string | undefined
}

export interface PostOptions {
  /** A second post with the same mark is the first message, which can be found. */
  mark?: Mark
  /** The message that this one replies to. */
  replyTo?: string
  /** Called just before the post is sent. */
  begin?(): Promise<void>
}

const created = z.object({ id: z.string(), channel_id: z.string() })
const answered = z.object({ id: z.string(), channel_id: z.string() })
const withId = z.object({ id: z.string() })
const listed = z.array(
  z.object({
    id: z.string(),
    channel_id: z.string(),
    author: withId,
    components: z.array(z.object({ id: z.number().optional() })).optional(),
  }),
)
/** The maximum number of messages in one list request. */
const maxListed = 100

export class Messages {
  readonly #api: DiscordApi

  constructor(api: DiscordApi) {
    this.#api = api
  }

  /** Posts a message. Without the permission to read the history, which may be withdrawn at any time, it is not a reply. */
  async post(channelId: string, post: Post, options: PostOptions = {}): Promise<CallOutcome<MessageAddress>> {
    const posted = await this.#post(channelId, post, options)
    const { replyTo, ...alone } = options
    const isOfReply = posted.kind === 'refused' && posted.code === refusals.cannotReply
    return isOfReply && replyTo !== undefined ? this.#post(channelId, post, alone) : posted
  }

  #post(
    channelId: string,
    post: Post,
    { mark, replyTo, begin }: PostOptions,
  ): Promise<CallOutcome<MessageAddress>> {
    const body = {
      ...bodyOf(mark === undefined ? post : withMark(post, mark)),
      ...(mark === undefined ? {} : { nonce: nonceOf(mark), enforce_nonce: true }),
      ...(replyTo === undefined
        ? {}
        : { message_reference: { message_id: replyTo, fail_if_not_exists: false } }),
    }
    return this.#api.call(
      async rest => {
        await begin?.()
        return rest.post(Routes.channelMessages(channelId), { body, files: filesOf(post) })
      },
      answer => addressIn(created.parse(answer)),
    )
  }

  /** Our message with that mark; undefined if there is none. */
  async findOwn(
    channelId: string,
    mark: Mark,
    sinceMs: number,
  ): Promise<CallOutcome<MessageAddress | undefined>> {
    const query = new URLSearchParams({ after: snowflakeBefore(sinceMs), limit: String(maxListed) })
    const messages = await this.#api.call(
      rest => rest.get(Routes.channelMessages(channelId), { query }),
      answer => listed.parse(answer),
    )
    if (messages.kind === 'refused') return messages
    const id = componentIdOf(mark)
    const { userId } = this.#api
    const own = messages.value.find(
      ({ author, components }) => author.id === userId && components?.[0]?.id === id,
    )
    return { kind: 'done', value: own && addressIn(own) }
  }

  /** Edits a message, and unarchives its thread if needed. */
  async edit({ channelId, messageId }: MessageAddress, post: Post): Promise<CallOutcome<undefined>> {
    const edit = () =>
      this.#api.call(
        rest =>
          rest.patch(Routes.channelMessage(channelId, messageId), {
            body: bodyOf(post),
            files: filesOf(post),
          }),
        nothing,
      )
    return this.#awake(channelId, await edit(), edit)
  }

  async remove({ channelId, messageId }: MessageAddress): Promise<CallOutcome<undefined>> {
    const remove = () =>
      this.#api.call(rest => rest.delete(Routes.channelMessage(channelId, messageId)), nothing)
    return this.#awake(channelId, await remove(), remove)
  }

  /** The thread under a message, which is created if missing. */
  async startThread({ channelId, messageId }: MessageAddress, name: string): Promise<CallOutcome<string>> {
    const body = { name, auto_archive_duration: ThreadAutoArchiveDuration.OneDay }
    const started = await this.#api.call(
      rest => rest.post(Routes.threads(channelId, messageId), { body }),
      answer => withId.parse(answer).id,
    )
    const exists = started.kind === 'refused' && started.code === refusals.threadExists
    return exists ? { kind: 'done', value: messageId } : started
  }

  /** A thread is archived after a day without a message; its name can be changed once it is unarchived. */
  async renameThread(threadId: string, name: string): Promise<CallOutcome<undefined>> {
    const rename = () =>
      this.#api.call(rest => rest.patch(Routes.channel(threadId), { body: { name } }), nothing)
    return this.#awake(threadId, await rename(), rename)
  }

  /** The channel of a person's direct messages. */
  openDirect(userId: string): Promise<CallOutcome<string>> {
    return this.#api.call(
      rest => rest.post(Routes.userChannels(), { body: { recipient_id: userId } }),
      answer => withId.parse(answer).id,
    )
  }

  /** A new message with an interaction's token. The endpoint takes no nonce, so a second call creates a second message. */
  answer(
    token: string,
    post: Post,
    { mark, begin }: Pick<PostOptions, 'mark' | 'begin'> = {},
  ): Promise<CallOutcome<MessageAddress>> {
    const marking = mark === undefined ? post : withMark(post, mark)
    return this.#api.call(
      async rest => {
        await begin?.()
        return rest.post(Routes.webhook(this.#api.applicationId, token), {
          auth: false,
          body: bodyOf(marking),
          files: filesOf(post),
        })
      },
      answer => addressIn(answered.parse(answer)),
    )
  }

  /** `messageId` may be `@original`, the interaction's own response. */
  editAnswer(token: string, messageId: string, post: Post): Promise<CallOutcome<MessageAddress>> {
    return this.#api.call(
      rest =>
        rest.patch(Routes.webhookMessage(this.#api.applicationId, token, messageId), {
          auth: false,
          body: bodyOf(post),
          files: filesOf(post),
        }),
      answer => addressIn(answered.parse(answer)),
    )
  }

  removeAnswer(token: string, messageId: string): Promise<CallOutcome<undefined>> {
    return this.#api.call(
      rest => rest.delete(Routes.webhookMessage(this.#api.applicationId, token, messageId), { auth: false }),
      nothing,
    )
  }

  canSpareEdit({ channelId }: MessageAddress): boolean {
    return this.#api.canSpareEdit(channelId)
  }

  /** Unarchives a thread and tries once more. */
  async #awake<T>(
    threadId: string,
    first: CallOutcome<T>,
    again: () => Promise<CallOutcome<T>>,
  ): Promise<CallOutcome<T>> {
    if (first.kind === 'done' || first.code !== refusals.threadArchived) return first
    const woken = await this.#api.call(
      rest => rest.patch(Routes.channel(threadId), { body: { archived: false } }),
      nothing,
    )
    return woken.kind === 'done' ? again() : first
  }
}

/** A post mentions only the people it names. An edit removes the files that it does not name. */
function bodyOf({ flags, components, files, pings }: Post) {
  return {
    flags,
    components,
    allowed_mentions: pings === undefined ? { parse: [] } : { parse: [], users: [pings] },
    attachments: files.map(({ fileName, altText }, id) => ({
      id,
      filename: fileName,
      description: plainText(altText, maxAltTextCharacters),
    })),
  }
}

function withMark(post: Post, mark: Mark): Post {
  const [first, ...more] = post.components
  return first === undefined
    ? post
    : { ...post, components: [{ ...first, id: componentIdOf(mark) }, ...more] }
}

function filesOf({ files }: Post): RawFile[] {
  return files.map(({ fileName, bytes }) => ({ name: fileName, data: bytes }))
}

function addressIn({ id, channel_id: channelId }: z.infer<typeof created>): MessageAddress {
  return { channelId, messageId: id }
}

function nothing(): undefined {
  return undefined
}
