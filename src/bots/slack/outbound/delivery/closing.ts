/** Ends a delivery on Slack: the card shows the outcome, and superseded messages are deleted. It also deletes everything. */
import type { Closed, Delivery, DeliveryResult, StepRecord } from '../../../../app/delivery/courier.ts'
import { replyAddress } from '../../../../app/delivery/ephemeral-replies.ts'
import { altTextOf, withoutPictures } from '../../../messages/job-message.ts'
import { type CallOutcome, missingScopeCode } from '../../transport/api.ts'
import type { Workspaces } from '../../transport/workspaces.ts'
import { type HomeAddress, readReplyAddress } from '../address.ts'
import {
  cardOf,
  contextOf,
  type DeliveryContext,
  inAnyForm,
  messageOf,
  withFallback,
} from '../delivery-context.ts'
import { type Messages, readPosted } from '../messages.ts'
import { type Payload, render } from '../render.ts'
import type { Uploads } from '../uploads.ts'
import { fileRefusalReason, notInstalled, refusalOf, removalRefusalOf } from './refusal-reasons.ts'

export interface ClosingParts {
  messages: Messages
  uploads: Uploads
  workspaces: Workspaces
  /** Publishes a person's Home tab anew; undefined if the app is not installed there. */
  publishHome(home: HomeAddress): Promise<CallOutcome<unknown> | undefined>
}

/** The first refusal, if an object remains that should be gone. */
export async function close(
  parts: ClosingParts,
  delivery: Delivery,
  result: DeliveryResult,
): Promise<Closed | undefined> {
  const context = contextOf(parts.workspaces, delivery)
  if (context === undefined) return undefined
  // The job has its own card beside the card of its fan-out: both were opened at the same time.
  const { fanOut, ...alone } = delivery
  const card = fanOut?.leads
    ? undefined
    : await closeCard(parts, { ...context, delivery: alone }, wayNotes(context, result), result)
  const placeholder = await closePlaceholder(parts, context, result)
  const superseded = await removeSuperseded(parts, context, result)
  return card ?? placeholder ?? superseded
}

/** The card of a fan-out: the states of its jobs, and a picture of this delivery if there is one. */
export async function showFanOut(parts: ClosingParts, delivery: Delivery): Promise<Closed | undefined> {
  const context = contextOf(parts.workspaces, delivery)
  if (context === undefined) return undefined
  const { members = [] } = delivery.fanOut ?? {}
  const own = members.find(({ job }) => job.id === delivery.job.id)?.result
  return closeCard(
    parts,
    context,
    members.flatMap(({ job, result }) =>
      result ? wayNotes({ ...context, delivery: { ...delivery, job } }, result) : [],
    ),
    own,
  )
}

async function closeCard(
  { messages }: ClosingParts,
  context: DeliveryContext,
  notes: readonly string[],
  own: DeliveryResult | undefined,
): Promise<Closed | undefined> {
  const { delivery, workspace, words } = context
  const stored = delivery.steps.value('card')
  if (stored === undefined) return undefined
  const card = cardOf(context)
  const shown = { ...card, lines: [...card.lines, ...new Set(notes)] }
  const edit = (payload: Payload) => messages.edit(workspace, readPosted(stored), payload)
  const withoutPicture = () => inAnyForm(context, 'card:closed', shown, edit)
  const thumbnail = thumbnailOf(context, own)
  if (thumbnail === undefined) return refusalOf(await withoutPicture())
  const withPicture = () => edit(render(shown, words, { thumbnail }))
  // Only the outcome matters, because the picture is below.
  const step = `card:${thumbnail.fileId}`
  return refusalOf(await withFallback(context, step, withPicture, () => true, withoutPicture))
}

/** The first of the pictures that the result shows, if any. Where the place deleted or refused them, its card has none. */
function thumbnailOf({ delivery, at, words }: DeliveryContext, result: DeliveryResult | undefined) {
  const { job, steps } = delivery
  const [first] = job.pictures
  if (first === undefined || at?.group === undefined) return undefined
  if (result?.kind !== 'arrived' || result.method === 'direct') return undefined
  const fileId = steps.value(`file:${at.group}:${first.id}`)
  return fileId ? { fileId, altText: altTextOf(job, first, words) } : undefined
}

/** The placeholder says that the result is elsewhere, or that there is none. */
async function closePlaceholder(
  { messages }: ClosingParts,
  context: DeliveryContext,
  result: DeliveryResult,
): Promise<Closed | undefined> {
  const { delivery, workspace } = context
  const stored = delivery.steps.value('message')
  if (stored === undefined || (result.kind === 'arrived' && result.method !== 'direct')) return undefined
  const message = messageOf(context, delivery.steps.value('card') !== undefined)
  const lines = [...message.lines, ...wayNotes(context, result)]
  const edited = await inAnyForm(context, 'message:closed', { ...withoutPictures(message), lines }, payload =>
    messages.edit(workspace, readPosted(stored), payload),
  )
  if (edited.kind === 'done') return undefined
  const removed = removalRefusalOf(await messages.remove(workspace, readPosted(stored)))
  if (removed === undefined) await delivery.steps.forget('message')
  return removed
}

/** Deletes messages that others replaced, and uploads that are shown nowhere. */
async function removeSuperseded(
  { messages, uploads }: ClosingParts,
  { delivery, workspace, at }: DeliveryContext,
  result: DeliveryResult,
): Promise<Closed | undefined> {
  let refused: Closed | undefined
  for (const { name, makes, value } of delivery.steps.all()) {
    const isOld =
      makes === 'message' ? isOldMessage(name, value, at?.ts, result) : isOldUpload(name, at?.group, result)
    if (!isOld || makes === undefined) continue
    const removed =
      value === undefined || value === ''
        ? undefined
        : removalRefusalOf(
            makes === 'message'
              ? await messages.remove(workspace, readPosted(value))
              : await uploads.remove(workspace, value),
          )
    if (removed === undefined) await delivery.steps.forget(name)
    refused ??= removed
  }
  return refused
}

function isOldMessage(
  name: string,
  value: string | undefined,
  ts: string | undefined,
  result: DeliveryResult,
): boolean {
  if (name === 'message') return isBeside(result) && value !== undefined && readPosted(value).ts !== ts
  return name.endsWith(':message') && value !== undefined && readPosted(value).ts !== ts
}

function isOldUpload(name: string, group: string | undefined, result: DeliveryResult): boolean {
  const [kind, uploadedFor, id] = name.split(':')
  if (kind !== 'file' || id === undefined) return false
  return result.kind === 'undeliverable' || (group !== undefined && uploadedFor !== group)
}

/** Whether the result is next to its placeholder. */
function isBeside(result: DeliveryResult): boolean {
  return result.kind === 'arrived' && result.method !== 'direct' && result.method !== 'edit'
}

function wayNotes({ words, delivery }: DeliveryContext, result: DeliveryResult): string[] {
  const { sentDirect, undelivered, picturesRefused, withoutScope } = words.slack.replies
  if (result.kind === 'undeliverable') {
    if (result.refusals.some(({ code }) => code === missingScopeCode)) return [withoutScope(delivery.job.id)]
    const ofFiles = result.refusals.find(({ reason }) => reason === 'files')
    return [ofFiles ? picturesRefused(fileRefusalReason(ofFiles.code, words), delivery.job.id) : undelivered]
  }
  return result.method === 'direct' ? [sentDirect] : []
}

/** Deletes the object of a step. An object that is already gone counts as deleted. */
export async function remove(
  parts: ClosingParts,
  delivery: Delivery,
  step: StepRecord,
): Promise<{ kind: 'removed' } | Closed> {
  const { messages, uploads, workspaces } = parts
  const { makes, value } = step
  if (makes === 'reply') return removeReply(parts, step)
  const context = contextOf(workspaces, delivery)
  if (context === undefined) return notInstalled
  if (value === undefined || value === '') return { kind: 'removed' }
  const removed =
    makes === 'file'
      ? await uploads.remove(context.workspace, value)
      : await messages.remove(context.workspace, readPosted(value))
  return removalRefusalOf(removed) ?? { kind: 'removed' }
}

/**
 * Slack lets nobody delete an ephemeral message. A reply that came as a direct message is deleted, and a Home tab is
 * published anew, without the removed job.
 */
async function removeReply(
  { messages, workspaces, publishHome }: ClosingParts,
  step: StepRecord,
): Promise<{ kind: 'removed' } | Closed> {
  const stored = replyAddress(step)
  if (stored === undefined) return { kind: 'removed' }
  const address = readReplyAddress(stored)
  if ('direct' in address) {
    const workspace = workspaces.of(address.direct)
    if (workspace === undefined) return notInstalled
    return removalRefusalOf(await messages.remove(workspace, address.direct)) ?? { kind: 'removed' }
  }
  const published = await publishHome(address.home)
  if (published === undefined) return notInstalled
  return refusalOf(published) ?? { kind: 'removed' }
}
