/** The ways of a job's first message on Slack: a thread under its card, or the place itself. */
import type { Delivery, Way, WayOutcome } from '../../../app/delivery/courier.ts'
import type { Workspaces } from '../transport/workspaces.ts'
import { readAddress, workspaceOf, writeAddress } from './address.ts'
import {
  cardOf,
  contextOf,
  type DeliveryContext,
  inAnyForm,
  messageOf,
  postOnce,
} from './delivery-context.ts'
import { type Messages, type Place, readPosted } from './messages.ts'
import { closedBy, notInstalled } from './refusals.ts'

export interface OpeningParts {
  messages: Messages
  workspaces: Workspaces
}

export function openingWays(parts: OpeningParts, delivery: Delivery): Way[] {
  const { conversation } = delivery.job
  const needsCard = conversation.kind === 'channel' && conversation.threadId === undefined
  const take = async (): Promise<WayOutcome> => {
    const context = contextOf(parts.workspaces, delivery)
    if (context === undefined) return notInstalled
    return needsCard ? openThread(parts, context) : openIn(parts, context, context.place)
  }
  return [{ name: needsCard ? 'thread' : 'place', take }]
}

async function openThread(parts: OpeningParts, context: DeliveryContext): Promise<WayOutcome> {
  const { delivery, place } = context
  // The card of another job of the same request.
  if (delivery.fanOut?.card !== undefined) {
    const { channel, ts } = readPosted(delivery.fanOut.card)
    return openIn(parts, context, { channel, thread: ts }, ts)
  }
  const card = await inAnyForm(context, cardOf(context), payload =>
    postOnce(parts.messages, context, 'card', place, payload),
  )
  if (card.kind === 'refused') return closedBy(card)
  return openIn(parts, context, { channel: card.value.channel, thread: card.value.ts }, card.value.ts)
}

async function openIn(
  { messages }: OpeningParts,
  context: DeliveryContext,
  place: Place,
  card?: string,
): Promise<WayOutcome> {
  const { delivery, workspace } = context
  const { parent, job } = delivery
  const parentUrl = parent && (await messages.link(workspace, readAddress(parent)))
  const ids = { ...workspaceOf(job.conversation), ...(card === undefined ? {} : { card }), parentUrl }
  const full = messageOf(context, card !== undefined)
  // Its link to the parent is what `at` tells of.
  const linked = { ...context, at: { ...ids, ...place, ts: '' } }
  const posted = await inAnyForm(linked, full, payload =>
    postOnce(messages, context, 'message', place, payload),
  )
  if (posted.kind === 'refused') return closedBy(posted)
  return { kind: 'arrived', address: writeAddress({ ...ids, ...place, ...posted.value }) }
}
