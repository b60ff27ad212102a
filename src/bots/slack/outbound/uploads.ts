/** Uploads a delivery's pictures to Slack, with a step per call, and deletes files. */
import type { RichTextBlock } from '@slack/types'
import type { Delivery } from '../../../app/delivery/courier.ts'
import type { JobView, PictureView } from '../../../app/views/views.ts'
import { AppError } from '../../../errors/errors.ts'
import type { Words } from '../../../words/en.ts'
import { pictureFileName } from '../../messages/file-name.ts'
import { altTextOf, shorten, titleOf } from '../../messages/job-message.ts'
import type { CallOutcome, SlackApi } from '../transport/api.ts'
import type { Workspace } from '../transport/workspaces.ts'
import type { MessagePlace } from './messages.ts'
import { richText } from './render.ts'

export interface Upload {
  name: string
  title: string
  /** Alternative text, for pictures. */
  altText?: string
  bytes: Uint8Array
}

/** The bytes of one of the job's pictures. */
export type BytesOf = (pictureId: string, job: JobView) => Promise<Uint8Array | undefined>

/** File ids by picture id. */
export type UploadedFiles = ReadonlyMap<string, string>

// docs.slack.dev/reference/methods/files.getUploadURLExternal: alt text up to 1,000 characters.
const maxAltTextCharacters = 1000

export class Uploads {
  readonly #api: SlackApi
  readonly #bytesOf: BytesOf
  readonly #apiUrl: string

  constructor(api: SlackApi, bytesOf: BytesOf, apiUrl: string) {
    this.#api = api
    this.#bytesOf = bytesOf
    this.#apiUrl = apiUrl
  }

  /** Uploads all files and completes them together, as one message in the place. Returns the file ids in order. */
  async send(
    workspace: Workspace,
    uploads: readonly Upload[],
    place: MessagePlace,
  ): Promise<CallOutcome<readonly string[]>> {
    const files: { id: string; title: string }[] = []
    for (const upload of uploads) {
      const sent = await this.#sendOne(workspace, upload)
      if (sent.kind === 'refused') return sent
      files.push({ id: sent.value, title: upload.title })
    }
    const completed = await this.#complete(workspace, files, { place })
    return completed.kind === 'refused' ? completed : { kind: 'done', value: files.map(({ id }) => id) }
  }

  /**
   * Uploads a delivery's pictures step by step. With a place they are one message there, with the title above; without one
   * they are private to the bot. `group` separates repeated uploads, because a file can be completed only once. Pictures
   * without a file are omitted.
   */
  async sendPictures(
    workspace: Workspace,
    { job, steps }: Delivery,
    words: Words,
    group: string,
    place?: MessagePlace,
  ): Promise<CallOutcome<UploadedFiles>> {
    const uploaded = new Map<string, string>()
    const files: { id: string; title: string }[] = []
    for (const picture of job.pictures) {
      const title = titleOfPicture(job, picture, words)
      const sent = await steps.once(
        `file:${group}:${picture.id}`,
        async () => {
          const bytes = await this.#bytesOf(picture.id, job)
          if (bytes === undefined) return { kind: 'done', value: '' }
          const altText = altTextOf(job, picture, words)
          return this.#sendOne(workspace, { name: pictureFileName(picture), title, altText, bytes })
        },
        { makes: 'file' },
      )
      if (sent.kind === 'refused') return sent
      if (sent.value === '') continue
      uploaded.set(picture.id, sent.value)
      files.push({ id: sent.value, title })
    }
    const [first] = files
    if (first === undefined) return { kind: 'done', value: uploaded }
    const caption = richText(shorten(titleOf(job, words), 300))
    const completed = await steps.once(
      `complete:${group}`,
      begin => this.#complete(workspace, files, { place, caption, begin }),
      { find: () => this.#checkCompletion(workspace, first.id) },
    )
    return completed.kind === 'refused' ? completed : { kind: 'done', value: uploaded }
  }

  /** Deletes the messages that share a file, then the file, even if a message could not be deleted. */
  async remove(workspace: Workspace, id: string): Promise<CallOutcome<unknown>> {
    const info = await this.#info(workspace, id)
    if (info.kind === 'refused') return info
    const { shares } = info.value.file ?? {}
    let refused: CallOutcome<unknown> | undefined
    for (const [channel, posts] of Object.entries({ ...shares?.public, ...shares?.private }))
      for (const { ts } of posts) {
        if (ts === undefined) continue
        const removed = await this.#api.call(workspace.token, 'chat.delete', client =>
          client.chat.delete({ channel, ts }),
        )
        if (removed.kind === 'refused' && !foreignShareErrors.has(removed.code)) refused ??= removed
      }
    const deleted = await this.#api.call(workspace.token, 'files.delete', client =>
      client.files.delete({ file: id }),
    )
    return refused ?? deleted
  }

  async #sendOne(workspace: Workspace, upload: Upload): Promise<CallOutcome<string>> {
    const altText = upload.altText === undefined ? undefined : shorten(upload.altText, maxAltTextCharacters)
    const facts = {
      filename: upload.name,
      length: upload.bytes.length,
      // The method's page has alt_txt, the SDK's types alt_text. Slack ignores unknown fields.
      ...(altText === undefined ? {} : { alt_txt: altText, alt_text: altText }),
    }
    const reserved = await this.#api.call(workspace.token, 'files.getUploadURLExternal', client =>
      client.files.getUploadURLExternal(facts),
    )
    if (reserved.kind === 'refused') return reserved
    const { upload_url: url, file_id: id } = reserved.value
    if (url === undefined || id === undefined) return { kind: 'refused', code: 'no_upload_url' }
    if (!isUploadUrl(url, this.#apiUrl)) return { kind: 'refused', code: 'upload_url_without_tls' }
    const accepted = await sendBytes(url, upload)
    return accepted ? { kind: 'done', value: id } : { kind: 'refused', code: 'upload_refused' }
  }

  #complete(
    workspace: Workspace,
    files: { id: string; title: string }[],
    {
      place,
      caption,
      begin,
    }: { place?: MessagePlace | undefined; caption?: RichTextBlock; begin?(): Promise<void> },
  ): Promise<CallOutcome<string>> {
    return this.#api
      .call(workspace.token, 'files.completeUploadExternal', async client => {
        await begin?.()
        return client.apiCall('files.completeUploadExternal', {
          files,
          ...(place === undefined ? {} : { channel_id: place.channel }),
          ...(place?.thread === undefined ? {} : { thread_ts: place.thread }),
          ...(place === undefined || caption === undefined ? {} : { blocks: [caption] }),
        })
      })
      .then(called => (called.kind === 'refused' ? called : { kind: 'done', value: '' }))
  }

  /** Checks by files.info, which knows a file only after its completion. Undefined if the file is not completed. */
  async #checkCompletion(workspace: Workspace, id: string): Promise<CallOutcome<string> | undefined> {
    const info = await this.#info(workspace, id)
    if (info.kind === 'done') return { kind: 'done', value: '' }
    return info.code === 'file_not_found' ? undefined : info
  }

  #info(workspace: Workspace, id: string) {
    return this.#api.call(workspace.token, 'files.info', client => client.files.info({ file: id }))
  }
}

/** Codes for a message that is gone, or in which another person shared the file. It loses the picture with the file. */
const foreignShareErrors: ReadonlySet<string> = new Set(['message_not_found', 'cant_delete_message'])

function titleOfPicture(job: JobView, { index }: PictureView, words: Words): string {
  const number = job.pictures.length > 1 ? `${index + 1}. ` : ''
  return shorten(`${number}${titleOf(job, words)}`, 200)
}

/** Whether pictures may be sent to a URL: over TLS, or to the configured API itself (a proxy or a fake on this machine). */
export function isUploadUrl(text: string, apiUrl: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, host } = new URL(text)
  const api = new URL(apiUrl)
  return protocol === 'https:' || (protocol === api.protocol && host === api.host)
}

/** Forbidden, too large, of an unsupported type (RFC 9110, 15.5): what is refused are these bytes. Every other status may pass. */
const refusingStatuses: ReadonlySet<number> = new Set([403, 413, 415])

/**
 * Sends the bytes to the upload URL, without a token. False if the host, or a proxy in front of it, refuses them: another try would
 * be refused too.
 */
async function sendBytes(url: string, { bytes }: Upload): Promise<boolean> {
  let status: number
  try {
    const answer = await fetch(url, {
      method: 'POST',
      body: new Uint8Array(bytes),
      redirect: 'error',
      signal: AbortSignal.timeout(60_000),
    })
    status = answer.status
  } catch (error) {
    throw new AppError('platform-unreachable', { platform: 'Slack' }, error)
  }
  if (status === 200) return true
  if (refusingStatuses.has(status)) return false
  throw new AppError('platform-unreachable', { platform: 'Slack' })
}
