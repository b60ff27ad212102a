/** The methods of a job's result on Discord: the placeholder becomes the result, or the result is a new message. */
import type {
  Delivery,
  DeliveryMethod,
  DeliveryMethodName,
  MethodOutcome,
  Refusal,
} from '../../../../app/delivery/courier.ts'
import { directSpaceId } from '../../../../app/people/people.ts'
import { type CallOutcome, refusals } from '../../transport/api.ts'
import { type DiscordAddress, detailsOf, readAddress, type Shortfall, writeAddress } from '../address.ts'
import { notesOf, type PostForm, wordsOf } from '../job-posts.ts'
import { ownChannelOf } from '../message-placement.ts'
import type { Post } from '../messages.ts'
import { hasPermission } from '../permissions.ts'
import type { Pictures, UploadPlace } from '../uploads.ts'
import { inAnyForm, type OpeningParts } from './opening-methods.ts'
import { closed, closedBy, isOfPlace } from './refusal-reasons.ts'

export interface ResultParts extends OpeningParts {
  pictures: Pictures
}

type PlacePost = (step: string, post: Post) => Promise<CallOutcome<DiscordAddress>>

/** A cancelled job only edits existing messages, because the person who cancelled knows the outcome. */
export function resultMethods(parts: ResultParts, delivery: Delivery): DeliveryMethod[] {
  const { job } = delivery
  const { placement } = parts
  const at = delivery.address === undefined ? undefined : readAddress(delivery.address)
  const methods: DeliveryMethod[] = []
  const add = (name: DeliveryMethodName, place: PlacePost, form: PostForm = {}) =>
    methods.push({ name, attempt: before => postNew(parts, delivery, { name, place, form }, before) })
  if (at !== undefined) methods.push({ name: 'edit', attempt: () => editPlaceholder(parts, delivery, at) })
  if (job.state === 'cancelled') return methods
  if (at?.card !== undefined) {
    const threadId = at.card.messageId
    add('thread', (step, post) => placement.inChannel(delivery, step, threadId, post), {
      hasCard: delivery.fanOut === undefined,
    })
  }
  const channelId = ownChannelOf(delivery)
  if (channelId !== undefined) {
    const replyTo = at?.card?.messageId ?? detailsOf(job.conversation).pressedId
    add('place', (step, post) => placement.inChannel(delivery, step, channelId, post, replyTo))
  }
  add('answer', (step, post) => placement.byToken(delivery, step, post))
  add('direct', (step, post) => placement.direct(delivery, step, post))
  return methods
}

async function editPlaceholder(
  { placement, posts, pictures }: ResultParts,
  { job, fanOut }: Delivery,
  at: DiscordAddress,
): Promise<MethodOutcome> {
  if (!mayShowPictures({ job })) return attachmentsForbidden
  const form: PostForm = {
    hasCard: at.card !== undefined && fanOut === undefined,
    notes: notesOf(at.shortfall),
  }
  const edited = await pictures.send(job, wordsOf(job), uploadPlaceOf(job), packed =>
    inAnyForm(full => placement.edit(at, posts.result(job, packed, full)), form),
  )
  return edited.kind === 'refused' ? closedBy(edited) : { kind: 'arrived', address: writeAddress(at) }
}

async function postNew(
  { posts, pictures }: ResultParts,
  delivery: Delivery,
  { name, place, form }: { name: DeliveryMethodName; place: PlacePost; form: PostForm },
  before: readonly Refusal[],
): Promise<MethodOutcome> {
  const { job } = delivery
  const isDirect = name === 'direct'
  // Somebody deleted the message or the place, so the result is not posted there again.
  if (!isDirect && before.some(({ reason }) => reason === 'deleted')) return closed('deleted', 'not again')
  if (!isDirect && (!mayShowPictures(delivery) || lacksAttachPermission(job, before)))
    return attachmentsForbidden
  const note = isDirect ? directShortfall(delivery, before) : undefined
  const sent = await pictures.send(
    job,
    wordsOf(job),
    isDirect ? directMessages : uploadPlaceOf(job),
    packed =>
      inAnyForm(full => place(`result:${name}`, posts.result(job, packed, full)), {
        ...form,
        notes: notesOf(note),
      }),
  )
  if (sent.kind === 'refused') return closedBy(sent)
  const card =
    name === 'thread' && delivery.address !== undefined ? readAddress(delivery.address).card : undefined
  return { kind: 'arrived', address: writeAddress({ ...sent.value, card, shortfall: note }) }
}

/** Unknown permissions count as granted, and Discord may refuse later. */
function mayShowPictures({ job }: Pick<Delivery, 'job'>): boolean {
  return job.pictures.length === 0 || hasPermission(job.conversation, 'attach')
}

const attachmentsForbidden = closed('files', 'Attach Files')

/** Editing the bot's own message needs no permission except the one to attach files. */
export function lacksAttachPermission(job: Delivery['job'], before: readonly Refusal[]): boolean {
  const isDenied = ({ what, code }: Refusal) =>
    code === attachmentsForbidden.code || (what === 'edit' && code === String(refusals.missingPermissions))
  return job.pictures.length > 0 && before.some(isDenied)
}

/** The reason why the result is a direct message; undefined if it was requested in one. */
function directShortfall({ job }: Delivery, before: readonly Refusal[]): Shortfall | undefined {
  if (lacksAttachPermission(job, before)) return 'attachElsewhere'
  if (job.conversation.kind === 'direct') return undefined
  if (before.some(({ code }) => isOfPlace(code))) return 'placeGone'
  // An interaction's own answer that is gone says nothing about the message: Easel itself takes empty ones back.
  const isDeleted = before.some(({ what, reason }) => reason === 'deleted' && what !== 'answer')
  if (isDeleted) return 'deletedElsewhere'
  const isClosed = before.some(({ reason }) => ['forbidden', 'expired'].includes(reason))
  return isClosed ? 'elsewhere' : 'refusedElsewhere'
}

function uploadPlaceOf({ conversation }: Delivery['job']): UploadPlace {
  return { spaceId: conversation.spaceId, statedBytes: detailsOf(conversation).uploadLimitBytes }
}

const directMessages: UploadPlace = { spaceId: directSpaceId }
