/** The ways of a job's result on Slack: the placeholder becomes the result, or the result is a new message. */
import type { Closed, Delivery, Refusal, Way, WayOutcome } from '../../../../app/delivery/courier.ts'
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
import type { Messages, Place } from '../messages.ts'
import type { PictureResults } from '../picture-results.ts'
import { closedBy, isOfWorkspace, notInstalled } from './refusal-reasons.ts'

export interface ResultParts {
  messages: Messages
  workspaces: Workspaces
  pictures: PictureResults
}

/** A cancelled job only edits existing messages, because the person who cancelled knows the outcome. */
export function resultWays(parts: ResultParts, delivery: Delivery): Way[] {
  const context = contextOf(parts.workspaces, delivery)
  if (context === undefined) return [{ name: 'edit', take: async () => notInstalled }]
  const { at, place } = context
  const { job, recipient } = delivery
  const ways: Way[] = []
  if (at !== undefined) {
    ways.push({ name: 'edit', take: () => edit(parts, context, at) })
    if (job.state !== 'cancelled')
      ways.push({ name: 'thread', take: before => unlessDeleted(before, () => beside(parts, context, at)) })
  }
  if (job.state === 'cancelled') return ways
  if (at === undefined || at.thread !== place.thread)
    ways.push({
      name: 'place',
      take: before => unlessDeleted(before, () => anew(parts, context, place, 'place')),
    })
  if (job.conversation.kind !== 'direct')
    ways.push({
      name: 'direct',
      take: before =>
        unlessClosed(before, () => anew(parts, context, { channel: recipient.userId }, 'direct')),
    })
  return ways
}

/** If somebody deleted the message or the place, the result is not posted there again. */
async function unlessDeleted(
  before: readonly Refusal[],
  take: () => Promise<WayOutcome>,
): Promise<WayOutcome> {
  return before.some(({ reason }) => reason === 'deleted') ? notAgain : unlessClosed(before, take)
}

/** A refusal for the whole workspace ends all ways. */
async function unlessClosed(
  before: readonly Refusal[],
  take: () => Promise<WayOutcome>,
): Promise<WayOutcome> {
  const refused = before.find(({ code }) => isOfWorkspace(code))
  return refused ? closedBy({ error: refused.code }) : take()
}

const notAgain: Closed = { kind: 'closed', reason: 'deleted', code: 'not again' }

const hasPictures = ({ delivery }: DeliveryContext) => delivery.job.pictures.length > 0

async function edit(
  { messages, pictures }: ResultParts,
  context: DeliveryContext,
  at: SlackAddress,
): Promise<WayOutcome> {
  if (hasPictures(context)) return pictures.edit(context, at, 'own')
  const edited = await inAnyForm(context, messageOf(context, at.card !== undefined), payload =>
    messages.edit(context.workspace, at, payload),
  )
  return edited.kind === 'refused' ? closedBy(edited) : { kind: 'arrived', address: writeAddress(at) }
}

/** Posts a new message beside the old one. */
async function beside(
  { messages, pictures }: ResultParts,
  context: DeliveryContext,
  at: SlackAddress,
): Promise<WayOutcome> {
  const place = placeOf(at.channel, at.thread)
  if (hasPictures(context)) return pictures.share(context, place, 'shared')
  const posted = await inAnyForm(context, messageOf(context, at.card !== undefined), payload =>
    postOnce(messages, context, 'beside:message', place, payload),
  )
  if (posted.kind === 'refused') return closedBy(posted)
  return { kind: 'arrived', address: writeAddress({ ...at, ts: posted.value.ts }) }
}

/** Posts a new message elsewhere, which becomes the result; if Slack refuses that edit, posts another one next to it. */
async function anew(
  { messages, pictures }: ResultParts,
  context: DeliveryContext,
  place: Place,
  way: 'place' | 'direct',
): Promise<WayOutcome> {
  const { delivery, words } = context
  const { steps, job } = delivery
  const notes = way === 'direct' && !delivery.isCopy ? [words.slack.replies.movedHere] : []
  const noted = { ...context, notes }
  const message = messageOf(noted, false)
  const withPictures = hasPictures(context)
  const posted = await inAnyForm(
    noted,
    withPictures ? { ...message, pictures: [], buttons: [] } : message,
    payload => postOnce(messages, context, `${way}:message`, place, payload),
  )
  if (posted.kind === 'refused') return closedBy(posted)
  const at = { ...workspaceOf(job.conversation), ...place, ...posted.value }
  if (!withPictures) return { kind: 'arrived', address: writeAddress(at) }
  const there = { ...noted, at }
  if (steps.value(`${way}:closed`) === undefined) {
    const edited = await pictures.edit(there, at, `${way}-own`)
    if (edited.kind !== 'closed') return edited
    await steps.once(`${way}:closed`, async () => ({ kind: 'done', value: edited.code }))
  }
  return pictures.share(there, placeOf(at.channel, at.thread), `${way}-shared`)
}
