/** What every way of a delivery on Slack works with: the workspace, the words, the message to show. */
import type { Address, Delivery } from '../../../app/delivery/courier.ts'
import type { Words } from '../../../words/en.ts'
import { wordsFor } from '../../../words/locale.ts'
import { jobMessage, loneMessage, withoutWords } from '../../messages/job-message.ts'
import type { Message } from '../../messages/message.ts'
import type { Called } from '../transport/api.ts'
import type { Workspace, Workspaces } from '../transport/workspaces.ts'
import { localeOf, readAddress, type SlackAddress, workspaceOf } from './address.ts'
import { type Messages, type Place, type Posted, readPosted } from './messages.ts'
import { reasonOf } from './refusals.ts'
import { type Payload, render } from './render.ts'

export interface DeliveryContext {
  delivery: Delivery
  workspace: Workspace
  words: Words
  /** Where it was asked for. */
  place: Place
  /** Where the job is shown by now. */
  at: SlackAddress | undefined
  /** What is to be said first: why it is not where it was asked for. */
  notes: readonly string[]
}

/** Undefined where the app is not installed, or not any more. Throws 'platform-busy' where that is not known yet. */
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

/** Posts as a step of the delivery, once. */
export async function postOnce(
  messages: Messages,
  { delivery, workspace }: DeliveryContext,
  step: string,
  place: Place,
  payload: Payload,
): Promise<Called<Posted>> {
  const made = await delivery.steps.once(
    step,
    async begin => {
      const posted = await messages.post(workspace, place, payload, begin)
      return posted.kind === 'refused' ? posted : { kind: 'done', value: JSON.stringify(posted.value) }
    },
    { makes: 'message' },
  )
  return made.kind === 'refused' ? made : { kind: 'done', value: readPosted(made.value) }
}

/** Posts or edits, and again without the words that a person wrote where Slack does not take them. */
export async function inAnyForm<T>(
  context: DeliveryContext,
  full: Message,
  send: (payload: Payload) => Promise<Called<T>>,
): Promise<Called<T>> {
  const { words, at } = context
  const sent = await send(render(full, words, { parentUrl: at?.parentUrl }))
  const isOfContent = sent.kind === 'refused' && reasonOf(sent.error) === 'content'
  return isOfContent ? send(render(wordlessMessage(context, full), words)) : sent
}

/** What is shown of the job. `hasCard`: a card above says what was asked for. */
export function messageOf({ delivery: { job }, words, notes }: DeliveryContext, hasCard: boolean): Message {
  const message = hasCard ? jobMessage(job, words) : loneMessage(job, words)
  return { ...message, lines: [...notes, ...message.lines] }
}

/** The same without anything that a person wrote: its state, its buttons and what there is to say of the place. */
function wordlessMessage({ delivery: { job }, words }: DeliveryContext, { buttons }: Message): Message {
  const bare = loneMessage(withoutWords(job), words)
  const lines = [...bare.lines, words.slack.replies.wordless]
  return { ...bare, lines, buttons, command: undefined, pictures: [] }
}

export function placeOf(channel: string, thread: string | undefined): Place {
  return { channel, ...(thread === undefined ? {} : { thread }) }
}

function addressIn(address: Address | undefined): SlackAddress | undefined {
  return address === undefined ? undefined : readAddress(address)
}
