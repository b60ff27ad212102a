/**
 * The methods of a job's first message on Slack: a thread under its card, or the place itself. On Slack a message whose response
 * was lost cannot be found, so the first form of card and message stays true without further edits.
 */
import type { Delivery, DeliveryMethod, MethodOutcome } from '../../../../app/delivery/courier.ts'
import { acceptedMessage, withoutUserText } from '../../../messages/job-message.ts'
import type { Message } from '../../../messages/message.ts'
import type { CallOutcome } from '../../transport/api.ts'
import type { Workspaces } from '../../transport/workspaces.ts'
import { readAddress, type SlackAddress, workspaceOf, writeAddress } from '../address.ts'
import {
  cardOf,
  contextOf,
  type DeliveryContext,
  inAnyForm,
  postOnce,
  withFallback,
} from '../delivery-context.ts'
import { type MessagePlace, type Messages, type PostedMessage, readPosted } from '../messages.ts'
import { closedBy, noThreadsCode, notInstalled } from './refusal-reasons.ts'

export interface OpeningParts {
  messages: Messages
  workspaces: Workspaces
}

export function openingMethods(parts: OpeningParts, delivery: Delivery): DeliveryMethod[] {
  const { conversation } = delivery.job
  const needsCard = conversation.kind === 'channel' && conversation.threadId === undefined
  const attempt = async (): Promise<MethodOutcome> => {
    const context = contextOf(parts.workspaces, delivery)
    if (context === undefined) return notInstalled
    return needsCard ? openThread(parts, context) : openInPlace(parts, context)
  }
  return [{ name: needsCard ? 'thread' : 'place', attempt }]
}

async function openThread(parts: OpeningParts, context: DeliveryContext): Promise<MethodOutcome> {
  const { fanOut } = context.delivery
  // The card of another job of the same request.
  if (fanOut?.card !== undefined) return openUnder(parts, context, readPosted(fanOut.card))
  const card = await postCard(parts, context)
  return card.kind === 'refused' ? closedBy(card) : openUnder(parts, context, card.value)
}

/** In a channel that permits no threads the message follows the card. */
async function openUnder(
  parts: OpeningParts,
  context: DeliveryContext,
  { channel, ts }: PostedMessage,
): Promise<MethodOutcome> {
  const opened = await withFallback(
    context,
    'thread',
    () => openIn(parts, context, { channel, thread: ts }, ts),
    error => error === noThreadsCode,
    () => openIn(parts, context, context.place),
  )
  return outcomeOf(opened)
}

function outcomeOf(opened: CallOutcome<SlackAddress>): MethodOutcome {
  return opened.kind === 'refused'
    ? closedBy(opened)
    : { kind: 'arrived', address: writeAddress(opened.value) }
}

/** If the card of a fan-out cannot have a thread, the results follow the card in the channel. */
async function openInPlace(parts: OpeningParts, context: DeliveryContext): Promise<MethodOutcome> {
  const card = context.delivery.fanOut?.leads ? await postCard(parts, context) : undefined
  if (card?.kind === 'refused') return closedBy(card)
  return outcomeOf(await openIn(parts, context, context.place))
}

function postCard({ messages }: OpeningParts, context: DeliveryContext): Promise<CallOutcome<PostedMessage>> {
  return inAnyForm(
    context,
    'card',
    { ...cardOf(context), lines: [] },
    payload => postOnce(messages, context, 'card', context.place, payload),
    bareMessage(context),
  )
}

async function openIn(
  { messages }: OpeningParts,
  context: DeliveryContext,
  place: MessagePlace,
  card?: string,
): Promise<CallOutcome<SlackAddress>> {
  const { delivery, workspace } = context
  const { parent, job } = delivery
  const parentUrl = parent && (await messages.link(workspace, readAddress(parent)))
  const ids = { ...workspaceOf(job.conversation), ...(card === undefined ? {} : { card }), parentUrl }
  const full = acceptedMessage(job, context.words, card !== undefined && delivery.fanOut === undefined)
  // The message takes its link to the parent from `at`.
  const linked = { ...context, at: { ...ids, ...place, ts: '' } }
  const posted = await inAnyForm(
    linked,
    'message',
    full,
    payload => postOnce(messages, context, 'message', place, payload),
    bareMessage(context),
  )
  if (posted.kind === 'refused') return posted
  return { kind: 'done', value: { ...ids, ...place, ...posted.value } }
}

function bareMessage({ delivery: { job }, words }: DeliveryContext): Message {
  return acceptedMessage(withoutUserText(job), words, false)
}
