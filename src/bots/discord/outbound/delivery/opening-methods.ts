/** The methods of a job's first message on Discord: a thread under its card, the channel, a response, a direct message. */
import type {
  Delivery,
  DeliveryMethod,
  DeliveryMethodName,
  MethodOutcome,
} from '../../../../app/delivery/courier.ts'
import type { Conversation } from '../../../../app/people/people.ts'
import { fanOutName, titleOf } from '../../../messages/job-message.ts'
import { type CallOutcome, refusals } from '../../transport/api.ts'
import {
  type DiscordAddress,
  detailsOf,
  type MessageAddress,
  readAddress,
  type Shortfall,
  writeAddress,
} from '../address.ts'
import { type JobPosts, notesOf, type PostForm, wordsOf } from '../job-posts.ts'
import { type MessagePlacement, ownChannelOf } from '../message-placement.ts'
import type { Messages, Post } from '../messages.ts'
import { canPostWithOwnToken, hasPermission } from '../permissions.ts'
import { oneLine } from '../render/text.ts'
import { closedBy, reasonOf } from './refusal-reasons.ts'

export interface OpeningParts {
  messages: Messages
  placement: MessagePlacement
  posts: JobPosts
}

/** A thread's name may have 100 characters. */
const maxThreadNameCharacters = 90

export function openingMethods(parts: OpeningParts, delivery: Delivery): DeliveryMethod[] {
  const { conversation } = delivery.job
  const { placement } = parts
  const wantsThread =
    conversation.kind === 'channel' &&
    detailsOf(conversation).pressedId === undefined &&
    detailsOf(conversation).isThreadless !== true &&
    canPostWithOwnToken(conversation)
  const shortfall = wantsThread ? threadShortfall(conversation) : undefined
  const methods: DeliveryMethod[] = []
  const add = (name: DeliveryMethodName, attempt: () => Promise<MethodOutcome>) =>
    methods.push({ name, attempt })
  const { card, thread } = delivery.fanOut ?? {}
  if (card !== undefined && thread !== undefined)
    add('thread', () => openInThread(parts, delivery, readAddress(card), thread))
  if (wantsThread && shortfall === undefined && card === undefined)
    add('thread', () => openThread(parts, delivery))
  const channelId = ownChannelOf(delivery)
  if (channelId !== undefined) {
    const { pressedId } = detailsOf(conversation)
    add('place', async () => {
      // If the card of a fan-out cannot have a thread, the results follow the card in the channel.
      const needsCard = delivery.fanOut?.leads === true && (!wantsThread || shortfall !== undefined)
      const posted = needsCard ? await postCard(parts, delivery, channelId, pressedId) : undefined
      if (posted?.kind === 'refused') return closedBy(posted)
      return openWith(parts, delivery, shortfall, post =>
        placement.inChannel(delivery, 'message', channelId, post, pressedId),
      )
    })
  }
  add('answer', () =>
    openWith(parts, delivery, postingShortfall(conversation), post =>
      placement.byToken(delivery, 'message', post),
    ),
  )
  add('direct', () =>
    openWith(parts, delivery, 'elsewhere', post => placement.direct(delivery, 'message', post)),
  )
  return methods
}

/** Tries again without user text if Discord refuses it. */
export async function inAnyForm<T>(
  send: (form: PostForm) => Promise<CallOutcome<T>>,
  form: PostForm,
): Promise<CallOutcome<T>> {
  const sent = await send(form)
  const isOfContent = sent.kind === 'refused' && reasonOf(sent.code) === 'content'
  return isOfContent ? send({ ...form, isWordless: true }) : sent
}

async function openWith(
  { posts }: OpeningParts,
  { job }: Delivery,
  shortfall: Shortfall | undefined,
  place: (post: Post) => Promise<CallOutcome<DiscordAddress>>,
): Promise<MethodOutcome> {
  const placed = await inAnyForm(form => place(posts.progress(job, form)), { notes: notesOf(shortfall) })
  if (placed.kind === 'refused') return closedBy(placed)
  return { kind: 'arrived', address: writeAddress({ ...placed.value, shortfall }) }
}

/** The thread under the card of another job of the same request. */
async function openInThread(
  { placement, posts }: OpeningParts,
  delivery: Delivery,
  { channelId, messageId }: MessageAddress,
  thread: string,
): Promise<MethodOutcome> {
  const placed = await inAnyForm(
    form => placement.inChannel(delivery, 'message', thread, posts.progress(delivery.job, form)),
    {},
  )
  if (placed.kind === 'refused') return closedBy(placed)
  return { kind: 'arrived', address: writeAddress({ ...placed.value, card: { channelId, messageId } }) }
}

async function openThread(parts: OpeningParts, delivery: Delivery): Promise<MethodOutcome> {
  const { placement, posts } = parts
  const { job } = delivery
  const card = await postCard(parts, delivery, job.conversation.channelId)
  if (card.kind === 'refused') return closedBy(card)
  const thread = await startThread(parts, delivery, card.value)
  if (thread.kind === 'refused')
    return continueWithoutThread(parts, delivery, card.value, shortfallOfCode(thread.code))
  const placed = await inAnyForm(
    form => placement.inChannel(delivery, 'message', thread.value, posts.progress(job, form)),
    { hasCard: delivery.fanOut === undefined },
  )
  if (placed.kind === 'refused') {
    const shortfall = lacksPermission(placed.code) ? 'sendInThreads' : undefined
    return continueWithoutThread(parts, delivery, card.value, shortfall)
  }
  return { kind: 'arrived', address: writeAddress({ ...placed.value, card: card.value }) }
}

async function postCard(
  { placement, posts }: OpeningParts,
  delivery: Delivery,
  channelId: string,
  pressedId?: string,
): Promise<CallOutcome<MessageAddress>> {
  const posted = await inAnyForm(form => {
    const card = posts.card(delivery.job, form, delivery.fanOut)
    return placement.inChannel(delivery, 'card', channelId, card, pressedId)
  }, {})
  if (posted.kind === 'refused') return posted
  const { messageId } = posted.value
  return { kind: 'done', value: { channelId: posted.value.channelId, messageId } }
}

/** An existing thread is reused, so no search is needed after a crash. */
async function startThread(
  { messages }: OpeningParts,
  { job, steps, fanOut }: Delivery,
  card: MessageAddress,
): Promise<CallOutcome<string>> {
  const words = wordsOf(job)
  const named = (name: string) =>
    steps.once('thread', () => messages.startThread(card, name), { makes: 'thread' })
  const title = fanOut
    ? fanOutName(
        fanOut.members.map(member => member.job),
        words,
      )
    : titleOf(job, words)
  const name = oneLine(title, maxThreadNameCharacters) || words.job.untitled
  const started = await named(name)
  const isOfName = started.kind === 'refused' && reasonOf(started.code) === 'content'
  return isOfName && name !== words.job.untitled ? named(words.job.untitled) : started
}

/** Without a thread the card itself becomes the placeholder. */
async function continueWithoutThread(
  { messages, posts }: OpeningParts,
  { job }: Delivery,
  card: MessageAddress,
  shortfall: Shortfall | undefined,
): Promise<MethodOutcome> {
  const edited = await inAnyForm(form => messages.edit(card, posts.progress(job, form)), {
    notes: notesOf(shortfall),
  })
  if (edited.kind === 'refused') return closedBy(edited)
  return { kind: 'arrived', address: writeAddress({ ...card, shortfall }) }
}

/** The shortfall that prevents a thread; undefined if none is known. */
export function threadShortfall(conversation: Conversation): Shortfall | undefined {
  if (!hasPermission(conversation, 'threads')) return 'threads'
  return hasPermission(conversation, 'sendInThreads') ? undefined : 'sendInThreads'
}

function postingShortfall(conversation: Conversation): Shortfall {
  if (detailsOf(conversation).answersOnly === true) return 'answersOnly'
  if (!hasPermission(conversation, 'view')) return 'view'
  if (conversation.kind !== 'thread') return 'send'
  return hasPermission(conversation, 'sendInThreads') ? 'closedThread' : 'sendInThreads'
}

function shortfallOfCode(code: number): Shortfall | undefined {
  if (code === refusals.tooManyThreads || code === refusals.tooManyAnnouncementThreads)
    return 'tooManyThreads'
  return lacksPermission(code) ? 'threads' : undefined
}

function lacksPermission(code: number): boolean {
  return code === refusals.missingAccess || code === refusals.missingPermissions
}
