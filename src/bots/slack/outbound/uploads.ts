/** Brings pictures to Slack: the three calls of an upload, the wait until Slack has processed them, their removal. */
import type { RichTextBlock } from '@slack/types'
import { AppError } from '../../../errors.ts'
import type { Clock } from '../../../ports.ts'
import { shortened } from '../../messages/job-message.ts'
import type { Called, SlackApi } from '../transport/api.ts'
import type { Workspace } from '../transport/workspaces.ts'
import type { Place } from './messages.ts'

export interface Upload {
  name: string
  title: string
  /** For pictures. */
  altText?: string
  bytes: Uint8Array
}

// docs.slack.dev/reference/methods/files.getUploadURLExternal: alt text up to 1,000 characters.
const longestAltText = 1000
/** Waits between looks at an upload, 9 s in all: Slack is mostly done within the first two. */
const processingWaitsMs = [250, 500, 1000, 1500, 2000, 2000, 2000]

export class Pictures {
  readonly #api: SlackApi
  readonly #clock: Clock

  constructor(api: SlackApi, clock: Clock) {
    this.#api = api
    this.#clock = clock
  }

  /**
   * Uploads all and completes them together: with a place they are one message there, with `caption` above; without,
   * they belong to the bot alone. The file ids, in order.
   */
  async upload(
    workspace: Workspace,
    uploads: readonly Upload[],
    place?: Place,
    caption?: RichTextBlock,
  ): Promise<Called<string[]>> {
    if (uploads.length === 0) return { kind: 'done', value: [] }
    const ids: string[] = []
    for (const upload of uploads) {
      const reserved = await this.#reserve(workspace, upload)
      if (reserved.kind === 'refused') return reserved
      ids.push(reserved.value)
    }
    const files = ids.map((id, i) => ({ id, title: uploads[i]?.title ?? id }))
    const completed = await this.#api.call(workspace.token, 'files.completeUploadExternal', client =>
      client.apiCall('files.completeUploadExternal', {
        files,
        ...(place === undefined ? {} : { channel_id: place.channel }),
        ...(place?.thread === undefined ? {} : { thread_ts: place.thread }),
        ...(place === undefined || caption === undefined ? {} : { blocks: [caption] }),
      }),
    )
    return completed.kind === 'refused' ? completed : { kind: 'done', value: ids }
  }

  /** Whether Slack has processed all of them in time; a picture in a block must wait for that. */
  async areReady(workspace: Workspace, ids: readonly string[]): Promise<boolean> {
    const pending = new Set(ids)
    for (const waitMs of [0, ...processingWaitsMs]) {
      if (waitMs > 0) await this.#pause(waitMs)
      for (const id of pending) {
        // Until a file is processed its mimetype is empty (java-slack-sdk #1349).
        const info = await this.#info(workspace, id)
        if (info?.mimetype) pending.delete(id)
      }
      if (pending.size === 0) return true
    }
    return false
  }

  /** Deletes files, and the messages by which they were shared. What is gone already is no matter. */
  async remove(workspace: Workspace, ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const info = await this.#info(workspace, id)
      const shares = Object.entries({ ...info?.shares?.public, ...info?.shares?.private })
      for (const [channel, posts] of shares)
        for (const { ts } of posts)
          if (ts !== undefined)
            await this.#api.call(workspace.token, 'chat.delete', client =>
              client.chat.delete({ channel, ts }),
            )
      await this.#api.call(workspace.token, 'files.delete', client => client.files.delete({ file: id }))
    }
  }

  async #reserve(workspace: Workspace, upload: Upload): Promise<Called<string>> {
    const altText = upload.altText === undefined ? undefined : shortened(upload.altText, longestAltText)
    const facts = {
      filename: upload.name,
      length: upload.bytes.length,
      // The method's page calls it alt_txt, the SDK's types alt_text; Slack ignores what it does not know.
      ...(altText === undefined ? {} : { alt_txt: altText, alt_text: altText }),
    }
    const reserved = await this.#api.call(workspace.token, 'files.getUploadURLExternal', client =>
      client.files.getUploadURLExternal(facts),
    )
    if (reserved.kind === 'refused') return reserved
    const { upload_url: url, file_id: id } = reserved.value
    if (url === undefined || id === undefined) return { kind: 'refused', error: 'no_upload_url' }
    await send(url, upload)
    return { kind: 'done', value: id }
  }

  async #info(workspace: Workspace, id: string) {
    const called = await this.#api.call(workspace.token, 'files.info', client =>
      client.files.info({ file: id }),
    )
    return called.kind === 'done' ? called.value.file : undefined
  }

  #pause(ms: number): Promise<void> {
    return new Promise(resolve => this.#clock.after(ms, resolve))
  }
}

/** The bytes, to the address that Slack named for them; no token goes along. */
async function send(url: string, upload: Upload): Promise<void> {
  let status: number
  try {
    const body = new Uint8Array(upload.bytes)
    const answer = await fetch(url, {
      method: 'POST',
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(60_000),
    })
    status = answer.status
  } catch (error) {
    throw new AppError('platform-busy', { platform: 'Slack', retryAfterMs: 5000 }, error)
  }
  if (status !== 200) throw new AppError('platform-busy', { platform: 'Slack', retryAfterMs: 5000 })
}
