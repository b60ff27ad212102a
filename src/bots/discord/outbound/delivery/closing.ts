/** Ends a delivery on Discord: the card shows the outcome, and no placeholder remains in progress. */
import type { Closed, Delivery, DeliveryResult, StepRecord } from '../../../../app/delivery/courier.ts'
import { replyAddress } from '../../../../app/delivery/ephemeral-replies.ts'
import { originalName } from '../../../../app/delivery/steps.ts'
import { type CallOutcome, refusals } from '../../transport/api.ts'
import { type DiscordAddress, detailsOf, readAddress, readReplyAddress } from '../address.ts'
import type { CardUpdates } from '../card-updates.ts'
import { type JobPosts, type NoteKey, type PostForm, wordsOf } from '../job-posts.ts'
import type { MessagePlacement } from '../message-placement.ts'
import type { Messages } from '../messages.ts'
import { hasPermission } from '../permissions.ts'
import type { Pictures } from '../uploads.ts'
import { inAnyForm } from './opening-methods.ts'
import { reasonOf, refusalOf, removalRefusalOf } from './refusal-reasons.ts'
import { lacksAttachPermission } from './result-methods.ts'

export interface ClosingParts {
  messages: Messages
  placement: MessagePlacement
  posts: JobPosts
  cards: CardUpdates
  pictures: Pictures
}

/** The first refusal, if an object remains that should be gone. */
export async function close(
  parts: ClosingParts,
  delivery: Delivery,
  result: DeliveryResult,
): Promise<Closed | undefined> {
  // The job has its own card beside the card of its fan-out: both were opened at the same time.
  const { fanOut, ...alone } = delivery
  const card = fanOut?.leads ? undefined : await closeCard(parts, alone, wayNotes(result), result)
  const placeholder = await closePlaceholder(parts, delivery, result)
  const unanswered = await removeUnanswered(parts, delivery)
  return card ?? placeholder ?? unanswered
}

/** The card and thread that other jobs of a fan-out still use. Without a thread the card is the message of one job. */
export function sharedSteps(delivery: Delivery): readonly string[] {
  return isOwnMessage(delivery) ? ['told'] : ['card', 'thread', 'told']
}

/** The card of a fan-out: the states of its jobs, and a picture of this delivery if there is one. */
export function showFanOut(parts: ClosingParts, delivery: Delivery): Promise<Closed | undefined> {
  const { members = [] } = delivery.fanOut ?? {}
  const notes = new Set(members.flatMap(({ result }) => (result ? wayNotes(result) : [])))
  const own = members.find(({ job }) => job.id === delivery.job.id)?.result
  return closeCard(parts, delivery, [...notes], own)
}

/** Without a thread the card is the message of the job. */
function isOwnMessage({ steps, address }: Delivery): boolean {
  const card = steps.value('card')
  return card !== undefined && isSame(readAddress(card), address)
}

async function closeCard(
  { cards, posts, pictures }: ClosingParts,
  delivery: Delivery,
  notes: readonly NoteKey[],
  result: DeliveryResult | undefined,
): Promise<Closed | undefined> {
  const { job, steps, fanOut } = delivery
  const stored = steps.value('card')
  if (stored === undefined) return undefined
  // Without a thread the card is the result itself. A card that refused the result shows that.
  if (isOwnMessage(delivery) && result?.kind !== 'undeliverable') return undefined
  const card = readAddress(stored)
  const finish = (thumbnail?: PostForm['thumbnail']) =>
    inAnyForm(form => cards.finish(job.id, card, posts.card(job, { ...form, notes, thumbnail }, fanOut)), {})
  // A place that deleted or refused the result gets no picture on the card.
  const isHere = result?.kind === 'arrived' && result.method !== 'direct'
  const isShown = isHere && hasPermission(job.conversation, 'attach')
  const thumbnail = isShown ? await pictures.thumbnail(job, wordsOf(job)) : undefined
  const finished = await finish(thumbnail)
  if (thumbnail === undefined || finished.kind === 'done') return refusalOf(finished)
  // Only the outcome matters, because the picture is below. A failed edit changes nothing.
  const isOfPicture = ['files', 'unknown'].includes(reasonOf(finished.code))
  return refusalOf(isOfPicture ? await finish() : finished)
}

/** Ends a placeholder that did not become the result: it links to a result elsewhere, and is deleted beside one. */
async function closePlaceholder(
  { placement, posts }: ClosingParts,
  delivery: Delivery,
  result: DeliveryResult,
): Promise<Closed | undefined> {
  const { job, steps, address, fanOut } = delivery
  const stored = steps.value('message')
  if (stored === undefined) return undefined
  const placeholder = readAddress(stored)
  if (result.kind === 'arrived' && isSame(placeholder, address)) return undefined
  const isBeside = result.kind === 'arrived' && result.method !== 'direct'
  const isTakenAway = result.refusals.some(({ what, reason }) => what === 'edit' && reason === 'deleted')
  if (!isBeside && !isTakenAway) {
    const form = {
      hasCard: steps.value('card') !== undefined && fanOut === undefined,
      notes: notesFor(job, result),
      isElsewhere: true,
    }
    const edited = await inAnyForm(
      full => placement.edit(placeholder, posts.result(job, { files: [] }, full)),
      form,
    )
    if (edited.kind === 'done') return undefined
  }
  const removed = removalRefusalOf(await placement.remove(delivery, placeholder))
  if (removed === undefined) await steps.forget('message')
  return removed
}

function isSame(placeholder: DiscordAddress, address: string | undefined): boolean {
  return address !== undefined && readAddress(address).messageId === placeholder.messageId
}

function notesFor(job: Delivery['job'], result: DeliveryResult): NoteKey[] {
  const isLacking = lacksAttachPermission(job, result.refusals)
  const isTooLarge = result.refusals.some(({ code }) => code === String(refusals.tooLarge))
  return [
    ...(isLacking ? ['attach' as const] : []),
    ...(isTooLarge ? ['tooLarge' as const] : []),
    ...wayNotes(result),
  ]
}

function wayNotes(result: DeliveryResult): NoteKey[] {
  if (result.kind === 'undeliverable') return ['undelivered']
  return result.method === 'direct' ? ['sentDirect'] : []
}

/** Deletes the object of a step. An object that is already gone counts as deleted. */
export async function remove(
  { messages, placement, cards }: ClosingParts,
  delivery: Delivery,
  step: StepRecord,
): Promise<{ kind: 'removed' } | Closed> {
  const { job } = delivery
  if (step.makes === 'reply') return removeReply(messages, step)
  if (step.makes === 'thread') return removeThread(messages, job, step)
  cards.forget(job.id)
  return (await removeMessage({ messages, placement }, delivery, step)) ?? { kind: 'removed' }
}

/** Posts without a response that no later try found: none of them is the result. A notice may stay. */
async function removeUnanswered(parts: ClosingParts, delivery: Delivery): Promise<Closed | undefined> {
  let refused: Closed | undefined
  for (const step of delivery.steps.all()) {
    if (step.state !== 'begun' || step.makes !== 'message' || step.name === 'told') continue
    const removed = await removeMessage(parts, delivery, step)
    if (removed === undefined) await delivery.steps.forget(step.name)
    refused ??= removed
  }
  return refused
}

async function removeMessage(
  { messages, placement }: Pick<ClosingParts, 'messages' | 'placement'>,
  delivery: Delivery,
  step: StepRecord,
): Promise<Closed | undefined> {
  const found = await find(messages, delivery, step)
  if (found.kind === 'refused') return removalRefusalOf(found)
  return found.value && removalRefusalOf(await placement.remove(delivery, found.value))
}

/** An ephemeral reply can be deleted only with its interaction's token. */
async function removeReply(messages: Messages, step: StepRecord): Promise<{ kind: 'removed' } | Closed> {
  const stored = replyAddress(step)
  if (stored === undefined) return { kind: 'removed' }
  const { token, messageId } = readReplyAddress(stored)
  return removalRefusalOf(await messages.removeAnswer(token, messageId)) ?? { kind: 'removed' }
}

/** The thread stays, because others may have written in it, but its name, which is the prompt, is replaced. */
async function removeThread(
  messages: Messages,
  job: Delivery['job'],
  { value }: StepRecord,
): Promise<{ kind: 'removed' } | Closed> {
  if (value === undefined) return { kind: 'removed' }
  const renamed = await messages.renameThread(value, wordsOf(job).discord.places.removedThread)
  return removalRefusalOf(renamed) ?? { kind: 'removed' }
}

/** The message of a step. A post without a response may exist. */
async function find(
  messages: Messages,
  { id, job: { conversation }, steps, fanOut }: Delivery,
  { name, state, value, at }: StepRecord,
): Promise<CallOutcome<DiscordAddress | undefined>> {
  if (state === 'done') return { kind: 'done', value: value === undefined ? undefined : readAddress(value) }
  if (detailsOf(conversation).answersOnly === true) return { kind: 'done', value: undefined }
  // Steps of earlier versions do not contain their place.
  const inThread = name === 'card' ? undefined : (steps.value('thread') ?? fanOut?.thread)
  const channelId = value ?? inThread ?? conversation.threadId ?? conversation.channelId
  return messages.findOwn(channelId, { deliveryId: id, step: originalName(name) }, at)
}
