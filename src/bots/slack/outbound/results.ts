/**
 * Shows a finished job's pictures. Best: the pictures inside the message that has the parameters and the buttons. That
 * takes files which Slack has processed and is willing to show in blocks; where it is not, the pictures come first, in
 * a message of their own, and the buttons in the next. Either way nothing is lost.
 */
import type { JobView } from '../../../app/views.ts'
import type { Words } from '../../../words/en.ts'
import { pictureFileName } from '../../messages/file-name.ts'
import { altTextOf, shortened, titleOf } from '../../messages/job-message.ts'
import type { Message } from '../../messages/message.ts'
import type { Called } from '../transport/api.ts'
import type { Workspace } from '../transport/workspaces.ts'
import type { SlackAddress } from './address.ts'
import type { Messages } from './messages.ts'
import { render, richText } from './render.ts'
import type { Pictures, Upload } from './uploads.ts'

/** File ids by picture id. */
type Uploaded = ReadonlyMap<string, string>

/** What was done already, so that a try after a fault goes on instead of beginning anew. */
interface Draft {
  /** Uploaded for the bot alone. */
  own?: Uploaded
  /** Uploaded into the conversation. */
  shared?: Uploaded
}

/** A result on its way: what to show, where, and in whose words. */
export interface Result {
  workspace: Workspace
  address: SlackAddress
  job: JobView
  message: Message
  words: Words
}

/** The bytes of one of the job's pictures. */
type BytesOf = (pictureId: string, job: JobView) => Promise<Uint8Array | undefined>

export class Results {
  readonly #messages: Messages
  readonly #pictures: Pictures
  readonly #bytesOf: BytesOf
  /** By the ts of the placeholder. */
  readonly #drafts = new Map<string, Draft>()
  /** Tokens of workspaces that refused files which are shared nowhere: the first way is not tried there again. */
  readonly #sharingOnly = new Set<string>()

  constructor(messages: Messages, pictures: Pictures, bytesOf: BytesOf) {
    this.#messages = messages
    this.#pictures = pictures
    this.#bytesOf = bytesOf
  }

  /** Turns the placeholder into the result; the address at which it lives from now on. */
  async show(result: Result): Promise<Called<SlackAddress>> {
    const { address } = result
    const draft = this.#drafts.get(address.ts) ?? {}
    this.#drafts.set(address.ts, draft)
    const inBlocks = await this.#showInBlocks(result, draft)
    const shown = inBlocks === 'files-refused' ? await this.#showAbove(result, draft) : inBlocks
    this.#drafts.delete(address.ts)
    return shown
  }

  /** Takes a result's files away. */
  remove(workspace: Workspace, address: SlackAddress): Promise<void> {
    return this.#pictures.remove(workspace, address.files)
  }

  async #showInBlocks(result: Result, draft: Draft): Promise<Called<SlackAddress> | 'files-refused'> {
    const { workspace, address, message, words } = result
    if (this.#sharingOnly.has(workspace.token)) return 'files-refused'
    if (draft.own === undefined) {
      const uploaded = await this.#upload(result)
      if (uploaded.kind === 'refused') return uploaded
      draft.own = uploaded.value
    }
    const files = [...draft.own.values()]
    if (!(await this.#pictures.areReady(workspace, files))) return 'files-refused'
    const edited = await this.#messages.edit(
      workspace,
      address,
      render(message, words, { files: draft.own, parentUrl: address.parentUrl }),
    )
    if (edited.kind === 'done') return { kind: 'done', value: { ...address, files } }
    if (edited.error !== 'invalid_blocks') return edited
    this.#sharingOnly.add(workspace.token)
    return 'files-refused'
  }

  /** The pictures as a message of their own, then the placeholder's successor below them. */
  async #showAbove(result: Result, draft: Draft): Promise<Called<SlackAddress>> {
    const { workspace, address, message, words } = result
    if (draft.shared === undefined) {
      const uploaded = await this.#upload(result, address)
      if (uploaded.kind === 'refused') return uploaded
      draft.shared = uploaded.value
    }
    const lines = [...message.lines, words.slack.replies.picturesAbove]
    const posted = await this.#messages.post(
      workspace,
      address,
      render({ ...message, lines }, words, { parentUrl: address.parentUrl }),
    )
    if (posted.kind === 'refused') return posted
    await this.#messages.remove(workspace, address)
    if (draft.own !== undefined) await this.#pictures.remove(workspace, [...draft.own.values()])
    return {
      kind: 'done',
      value: { ...address, ts: posted.value.ts, files: [...draft.shared.values()] },
    }
  }

  /** With a place, into it; without, for the bot alone. Pictures whose file is gone are left out. */
  async #upload({ workspace, job, words }: Result, place?: SlackAddress): Promise<Called<Uploaded>> {
    const uploads: (Upload & { pictureId: string })[] = []
    for (const picture of job.pictures) {
      const bytes = await this.#bytesOf(picture.id, job)
      if (bytes === undefined) continue
      const number = job.pictures.length > 1 ? `${picture.index + 1}. ` : ''
      uploads.push({
        pictureId: picture.id,
        name: pictureFileName(picture),
        title: shortened(`${number}${titleOf(job, words)}`, 200),
        altText: altTextOf(job, picture, words),
        bytes,
      })
    }
    const caption = richText(shortened(titleOf(job, words), 300))
    const uploaded = await this.#pictures.upload(workspace, uploads, place, caption)
    if (uploaded.kind === 'refused') return uploaded
    return {
      kind: 'done',
      value: new Map(uploads.map(({ pictureId }, i) => [pictureId, uploaded.value[i] ?? ''])),
    }
  }
}
