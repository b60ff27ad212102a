/** The context of a delivery on Slack: the workspace, the texts, the message to show. */
import type { Address, Delivery, StepOptions } from '../../../app/delivery/courier.ts'
import type { Words } from '../../../words/en.ts'
import { wordsFor } from '../../../words/locale.ts'
import {
  fanOutCard,
  jobMessage,
  requestCard,
  standaloneMessage,
  withoutUserText,
} from '../../messages/job-message.ts'
import type { Message } from '../../messages/message.ts'
import type { CallOutcome } from '../transport/api.ts'
import type { Workspace, Workspaces } from '../transport/workspaces.ts'
import { localeOf, readAddress, type SlackAddress, workspaceOf } from './address.ts'
import { reasonOf } from './delivery/refusal-reasons.ts'
import { type MessagePlace, type Messages, type PostedMessage, readPosted } from './messages.ts'
import { type Payload, render } from './render.ts'

export interface DeliveryContext {
  delivery: Delivery
  workspace: Workspace
  words: Words
  /** The place of the request. */
  place: MessagePlace
  /** The current address of the job's message. */
  at: SlackAddress | undefined
  /** Notes on the place, such as the reason why it is not the requested one. */
  notes: readonly string[]
}

/**
 * The context of a delivery; undefined if the app is not, or no longer, installed. @throws AppError 'platform-busy' when that is
 * unknown.
 */
export function contextOf(workspaces: Workspaces, delivery: Delivery): DeliveryContext | undefined {
  const { conversation } = delivery.job
  const workspace = workspaces.of(workspaceOf(conversation))
  return (
    workspace && {
      delivery,
      workspace,
      words: wordsFor(localeOf(conversation)),
      place: placeOf(conversation.channelId, conversation.threadId),
      at: addressIn(delivery.address),
      notes: [],
    }
  )
}

/** Posts once, as a step of the delivery. */
export async function postOnce(
  messages: Messages,
  { delivery, workspace }: DeliveryContext,
  step: string,
  place: MessagePlace,
  payload: Payload,
  options: Pick<StepOptions, 'find'> = {},
): Promise<CallOutcome<PostedMessage>> {
  const made = await delivery.steps.once(
    step,
    async begin => {
      const posted = await messages.post(workspace, place, payload, begin)
      return posted.kind === 'refused' ? posted : { kind: 'done', value: JSON.stringify(posted.value) }
    },
    { makes: 'message', ...options },
  )
  if (made.kind === 'refused') return made
  return {
    kind: 'done',
    value: made.value === '' ? { channel: place.channel, ts: '' } : readPosted(made.value),
  }
}

/**
 * Posts or edits, and tries again without user text if Slack refuses it. `step`: the name of the step. `bare`: the message without
 * that text.
 */
export async function inAnyForm<T>(
  context: DeliveryContext,
  step: string,
  full: Message,
  send: (payload: Payload) => Promise<CallOutcome<T>>,
  bare = standaloneMessage(withoutUserText(context.delivery.job), context.words),
): Promise<CallOutcome<T>> {
  const { words, at } = context
  return withFallback(
    context,
    `${step}:full`,
    () => send(render(full, words, { parentUrl: at?.parentUrl })),
    error => reasonOf(error) === 'content',
    () => send(render(messageWithoutText(bare, full, words), words)),
  )
}

/**
 * Calls `first`, and `fallback` if Slack refuses that with an error for which `needsFallback` holds. The refusal is stored as a
 * step: a refused call counts for the rate limit too, so repeating it at each retry would use up the calls that `fallback` waits
 * for.
 */
export async function withFallback<T>(
  { delivery: { steps } }: DeliveryContext,
  step: string,
  first: () => Promise<CallOutcome<T>>,
  needsFallback: (error: string) => boolean,
  fallback: () => Promise<CallOutcome<T>>,
): Promise<CallOutcome<T>> {
  const refusal = `${step}:refused`
  if (steps.value(refusal) !== undefined) return fallback()
  const called = await first()
  if (called.kind === 'done' || !needsFallback(called.code)) return called
  await steps.once(refusal, async () => ({ kind: 'done', value: called.code }))
  return fallback()
}

/** The message of the job. `hasCard`: a card above shows the request. */
export function messageOf(
  { delivery: { job, fanOut }, words, notes }: DeliveryContext,
  hasCard: boolean,
): Message {
  // The card of a fan-out does not say which of its jobs this is.
  const message = hasCard && fanOut === undefined ? jobMessage(job, words) : standaloneMessage(job, words)
  return { ...message, lines: [...message.lines, ...notes] }
}

/** The card of the request. */
export function cardOf({ delivery: { job, fanOut }, words }: DeliveryContext): Message {
  return fanOut
    ? fanOutCard(
        fanOut.members.map(member => member.job),
        words,
      )
    : requestCard(job, words)
}

/** The message without user text: its state, its buttons and the notes. */
function messageWithoutText(bare: Message, { buttons }: Message, words: Words): Message {
  const lines = [...bare.lines, words.slack.replies.wordless]
  return { ...bare, lines, buttons, command: undefined, pictures: [] }
}

export function placeOf(channel: string, thread: string | undefined): MessagePlace {
  return { channel, ...(thread === undefined ? {} : { thread }) }
}

function addressIn(address: Address | undefined): SlackAddress | undefined {
  return address === undefined ? undefined : readAddress(address)
}
