/** The methods of a job's result on Slack: the placeholder becomes the result, or the result is a new message. */
import type {
  Closed,
  Delivery,
  DeliveryMethod,
  MethodOutcome,
  Refusal,
} from '../../../../app/delivery/courier.ts'
import type { Words } from '../../../../words/en.ts'
import type { Workspaces } from '../../transport/workspaces.ts'
import { type SlackAddress, workspaceOf, writeAddress } from '../address.ts'
import {
  contextOf,
  type DeliveryContext,
  inAnyForm,
  messageOf,
  placeOf,
  postOnce,
} from '../delivery-context.ts'
import type { MessagePlace, Messages } from '../messages.ts'
import type { PictureResults } from '../picture-results.ts'
import { closedBy, isOfFile, isOfWorkspace, notInstalled } from './refusal-reasons.ts'

export interface ResultParts {
  messages: Messages
  workspaces: Workspaces
  pictures: PictureResults
}

/** A cancelled job only edits existing messages, because the person who cancelled knows the outcome. */
export function resultMethods(parts: ResultParts, delivery: Delivery): DeliveryMethod[] {
  const context = contextOf(parts.workspaces, delivery)
  if (context === undefined) return [{ name: 'edit', attempt: async () => notInstalled }]
  const { at, place } = context
  const { job, recipient } = delivery
  const methods: DeliveryMethod[] = []
  if (at !== undefined) {
    methods.push({ name: 'edit', attempt: () => edit(parts, context, at) })
    if (job.state !== 'cancelled')
      methods.push({
        name: 'thread',
        attempt: before => unlessDeleted(before, () => beside(parts, context, at)),
      })
  }
  if (job.state === 'cancelled') return methods
  if (at === undefined || at.thread !== place.thread)
    methods.push({
      name: 'place',
      attempt: before => unlessDeleted(before, () => anew(parts, context, place, 'place')),
    })
  if (job.conversation.kind !== 'direct')
    methods.push({
      name: 'direct',
      attempt: before =>
        unlessClosed(before, () =>
          anew(parts, withReason(context, before), { channel: recipient.userId }, 'direct'),
        ),
    })
  return methods
}

/** If somebody deleted the message or the place, the result is not posted there again. */
async function unlessDeleted(
  before: readonly Refusal[],
  attempt: () => Promise<MethodOutcome>,
): Promise<MethodOutcome> {
  return before.some(({ reason }) => reason === 'deleted') ? notAgain : unlessClosed(before, attempt)
}

/** A refusal for the whole workspace ends all methods. */
async function unlessClosed(
  before: readonly Refusal[],
  attempt: () => Promise<MethodOutcome>,
): Promise<MethodOutcome> {
  const refused = before.find(({ code }) => isOfWorkspace(code))
  return refused ? closedBy(refused) : attempt()
}

/** Adds the reason why the result is a direct message. */
function withReason(context: DeliveryContext, before: readonly Refusal[]): DeliveryContext {
  const { delivery, words } = context
  return { ...context, notes: delivery.isCopy ? [] : [directReason(before, words.slack.replies)] }
}

function directReason(before: readonly Refusal[], replies: Words['slack']['replies']): string {
  if (before.some(({ code }) => isOfFile(code))) return replies.fileGone
  const isDeleted = before.some(({ reason }) => reason === 'deleted')
  return isDeleted ? replies.deletedElsewhere : replies.movedHere
}

const notAgain: Closed = { kind: 'closed', reason: 'deleted', code: 'not again' }

const hasPictures = ({ delivery }: DeliveryContext) => delivery.job.pictures.length > 0

async function edit(
  { messages, pictures }: ResultParts,
  context: DeliveryContext,
  at: SlackAddress,
): Promise<MethodOutcome> {
  if (hasPictures(context)) return pictures.edit(context, at, 'own')
  const edited = await inAnyForm(context, 'result', messageOf(context, at.card !== undefined), payload =>
    messages.edit(context.workspace, at, payload),
  )
  return edited.kind === 'refused' ? closedBy(edited) : { kind: 'arrived', address: writeAddress(at) }
}

/** Posts a new message beside the old one. */
async function beside(
  { messages, pictures }: ResultParts,
  context: DeliveryContext,
  at: SlackAddress,
): Promise<MethodOutcome> {
  const place = placeOf(at.channel, at.thread)
  if (hasPictures(context)) return pictures.share(context, place, 'shared')
  const posted = await inAnyForm(context, 'beside', messageOf(context, at.card !== undefined), payload =>
    postOnce(messages, context, 'beside:message', place, payload),
  )
  if (posted.kind === 'refused') return closedBy(posted)
  return { kind: 'arrived', address: writeAddress({ ...at, ts: posted.value.ts }) }
}

/** Posts a new message elsewhere, which becomes the result; if Slack refuses that edit, posts another one next to it. */
async function anew(
  { messages, pictures }: ResultParts,
  context: DeliveryContext,
  place: MessagePlace,
  method: 'place' | 'direct',
): Promise<MethodOutcome> {
  const { delivery } = context
  const { steps, job } = delivery
  const message = messageOf(context, false)
  const withPictures = hasPictures(context)
  const posted = await inAnyForm(
    context,
    method,
    withPictures ? { ...message, pictures: [], buttons: [] } : message,
    payload => postOnce(messages, context, `${method}:message`, place, payload),
  )
  if (posted.kind === 'refused') return closedBy(posted)
  const at = { ...workspaceOf(job.conversation), ...place, ...posted.value }
  if (!withPictures) return { kind: 'arrived', address: writeAddress(at) }
  const there = { ...context, at }
  if (steps.value(`${method}:closed`) === undefined) {
    const edited = await pictures.edit(there, at, `${method}-own`)
    if (edited.kind !== 'closed') return edited
    await steps.once(`${method}:closed`, async () => ({ kind: 'done', value: edited.code }))
  }
  return pictures.share(there, placeOf(at.channel, at.thread), `${method}-shared`)
}
