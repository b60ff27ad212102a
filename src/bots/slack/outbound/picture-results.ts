/**
 * Shows a finished job's pictures, preferably in the message with the parameters and the buttons. That requires processed
 * files and Slack's permission to show them in blocks. Otherwise the pictures are posted first, in a separate message, and
 * the buttons follow when the pictures are visible.
 */
import type { LRUCache } from 'lru-cache'
import type { Address, MethodOutcome } from '../../../app/delivery/courier.ts'
import type { Clock } from '../../../system/ports.ts'
import { missingFiles } from '../../messages/job-message.ts'
import type { Message } from '../../messages/message.ts'
import { timedCache } from '../../timed-cache.ts'
import { type SlackAddress, workspaceOf, writeAddress } from './address.ts'
import { closedBy, refusedFiles } from './delivery/refusal-reasons.ts'
import { type DeliveryContext, inAnyForm, messageOf, postOnce } from './delivery-context.ts'
import type { FileStates } from './file-states.ts'
import type { MessagePlace, Messages } from './messages.ts'
import { render } from './render.ts'
import type { UploadedFiles, Uploads } from './uploads.ts'

export interface PictureResultsParts {
  messages: Messages
  uploads: Uploads
  files: FileStates
  clock: Clock
}

/** Files that are not processed or visible by then use another method. */
const processingTimeoutMs = 60_000
const visibleTimeoutMs = 5 * 60_000
/** How long a workspace's refusal of unshared files in blocks is remembered. */
const refusedForMs = 10 * 60_000
const maxRefusals = 1000

export class PictureResults {
  readonly #parts: PictureResultsParts
  /** Tokens of the workspaces that refused. */
  readonly #refused: LRUCache<string, true>

  constructor(parts: PictureResultsParts) {
    this.#parts = parts
    this.#refused = timedCache(parts.clock, { max: maxRefusals, ttlMs: refusedForMs })
  }

  /** Turns a message into the result with its pictures. `group` identifies the uploads in the delivery. */
  async edit(context: DeliveryContext, at: SlackAddress, group: string): Promise<MethodOutcome> {
    const { delivery, workspace, words } = context
    const { messages, uploads, files } = this.#parts
    if (this.#refused.has(workspace.token)) return refusedFiles('not-in-blocks')
    const uploaded = await uploads.sendPictures(workspace, delivery, words, group)
    if (uploaded.kind === 'refused') return closedBy(uploaded)
    const ageMs = this.#ageMs(context, group)
    const ready = await files.processed(workspace, [...uploaded.value.values()], ageMs)
    if (ready.kind === 'later') return ageMs > processingTimeoutMs ? refusedFiles('not-processed') : ready
    const message = withMissingFiles(messageOf(context, at.card !== undefined), context, uploaded.value)
    const options = { files: uploaded.value, parentUrl: at.parentUrl }
    const edited = await messages.edit(workspace, at, render(message, words, options))
    if (edited.kind === 'done') return { kind: 'arrived', address: writeAddress({ ...at, group }) }
    if (edited.code === 'invalid_blocks') this.#refused.set(workspace.token, true)
    return closedBy(edited)
  }

  /** Posts the pictures as a separate message, and the message with text below them. */
  async share(context: DeliveryContext, place: MessagePlace, group: string): Promise<MethodOutcome> {
    const { delivery, workspace, words } = context
    const { messages, uploads, files } = this.#parts
    const uploaded = await uploads.sendPictures(workspace, delivery, words, group, place)
    if (uploaded.kind === 'refused') return closedBy(uploaded)
    const ageMs = this.#ageMs(context, group)
    const visible = await files.visible(workspace, [...uploaded.value.values()], ageMs, place.channel)
    if (visible.kind === 'later') return ageMs > visibleTimeoutMs ? refusedFiles('not-visible') : visible
    const [first = ''] = uploaded.value.values()
    const message = withMissingFiles(messageOf(context, hasCard(context, place)), context, uploaded.value)
    const above = uploaded.value.size === 0 ? [] : [words.slack.replies.picturesAbove]
    const lines = [...message.lines, ...above]
    const posted = await inAnyForm(context, `words:${group}`, { ...message, lines }, payload =>
      postOnce(messages, context, `words:${group}`, place, payload),
    )
    // The pictures are posted; /easel show gives the buttons.
    const ts = posted.kind === 'done' ? posted.value.ts : files.shareOf(first, place.channel)
    return { kind: 'arrived', address: addressAt(context, place, ts, group) }
  }

  /** The time since the upload was completed. */
  #ageMs({ delivery }: DeliveryContext, group: string): number {
    const completed = delivery.steps.all().find(({ name }) => name === `complete:${group}`)
    return completed === undefined ? 0 : this.#parts.clock.now() - completed.at
  }
}

/** The message that also says for which of its pictures no file could be uploaded. */
function withMissingFiles(
  message: Message,
  { delivery: { job }, words }: DeliveryContext,
  uploaded: UploadedFiles,
): Message {
  return { ...message, lines: [...message.lines, ...missingFiles(job, uploaded.size, words)] }
}

/** Whether the job's card is above that place. */
function hasCard({ at }: DeliveryContext, { thread }: MessagePlace): boolean {
  return at?.card !== undefined && at.card === thread
}

function addressAt(
  { delivery, at }: DeliveryContext,
  place: MessagePlace,
  ts: string | undefined,
  group: string,
): Address {
  return writeAddress({
    ...workspaceOf(delivery.job.conversation),
    ...place,
    ts: ts ?? place.thread ?? '',
    ...(at?.card !== undefined && at.card === place.thread ? { card: at.card } : {}),
    ...(at?.parentUrl === undefined ? {} : { parentUrl: at.parentUrl }),
    group,
  })
}
