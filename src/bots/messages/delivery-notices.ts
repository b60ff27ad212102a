/** Notices about undelivered results and about deletions, as lines and messages. Pure. */

import type { Viewer } from '../../app/access/access-rules.ts'
import type { Refusal } from '../../app/delivery/courier.ts'
import type { DeletionStatus, DeliveryNotices } from '../../app/delivery/delivery-status.ts'
import type { Easel } from '../../app/easel.ts'
import { groupBy } from '../../common/collections/group-by.ts'
import type { Words } from '../../words/en.ts'
import { shorten, titleOf } from './job-message.ts'
import { type Message, textMessage } from './message.ts'

/** `prefix`: the prefix of typed commands. */
export function noticeLines(
  { undelivered, deletion }: DeliveryNotices,
  words: Words,
  prefix: string,
): string[] {
  return [...undeliveredLines(undelivered, words, prefix), ...deletionLines(deletion, words)]
}

export function undeliveredLines(
  undelivered: DeliveryNotices['undelivered'],
  words: Words,
  prefix: string,
): string[] {
  return undelivered.map(({ job, refusals }) =>
    words.delivery.undelivered(
      shorten(titleOf(job, words), 80),
      reasonIn(refusals, words),
      `${prefix}show ${job.id}`,
    ),
  )
}

/** The message with the notices for its reader below. */
export function withNotices(
  message: Message,
  notices: DeliveryNotices,
  words: Words,
  prefix: string,
): Message {
  const lines = noticeLines(notices, words, prefix)
  if (lines.length === 0) return message
  const jobIds = [...(message.jobIds ?? []), ...notices.undelivered.map(({ job }) => job.id)]
  return { ...message, lines: [...message.lines, ...lines], jobIds }
}

/** The time after which a deletion is reported as still in progress. */
const deletionTimeoutMs = 2500

/** Waits briefly for a deletion, and reports its status. `undeletable`: what can no longer be deleted. */
export async function deletionReply(
  easel: Pick<Easel, 'deletionStatus'>,
  jobIds: readonly string[],
  done: string,
  words: Words,
  undeletable: readonly string[],
): Promise<Message> {
  const message = deletionMessage(await easel.deletionStatus(jobIds, deletionTimeoutMs), done, words)
  return { ...message, lines: [...message.lines, ...undeletable] }
}

/** The time after which a shown result is announced for later. */
const showTimeoutMs = 20_000

/**
 * The status message of `/show`; undefined if none is needed. `remedyFor`: how the person can permit posts in a conversation
 * that refused them.
 */
export async function showStatusMessage(
  easel: Pick<Easel, 'deliveryStatus'>,
  deliveryId: string,
  viewer: Viewer,
  words: Words,
  remedyFor: (refusal: Refusal) => string[] = () => [],
): Promise<Message | undefined> {
  const status = await easel.deliveryStatus(deliveryId, viewer, showTimeoutMs)
  switch (status.kind) {
    case 'underway':
      return textMessage(words.delivery.comesLater)
    case 'arrived':
      return status.method === 'direct'
        ? textMessage(words.delivery.sentDirect, status.refusals.slice(0, 1).flatMap(remedyFor))
        : undefined
    case 'undeliverable': {
      const cure = status.refusals.slice(0, 1).flatMap(remedyFor)
      return textMessage(words.delivery.notShown(reasonIn(status.refusals, words)), cure)
    }
  }
}

/** Reports a deletion only after the platform's confirmation, and names refused deletions. */
function deletionMessage(status: DeletionStatus, done: string, words: Words): Message {
  const [first, ...more] = deletionLines(status, words)
  return first === undefined ? textMessage(done) : textMessage(first, more)
}

/** The reason why a result is shown nowhere, as a clause. */
function reasonIn(refusals: readonly Refusal[], words: Words): string {
  const [first] = refusals
  return words.delivery.reasons[first?.reason ?? 'unknown'](first?.code ?? '–')
}

function deletionLines({ underway, kept }: DeletionStatus, words: Words): string[] {
  const { delivery } = words
  const byReason = groupBy(kept, ({ reason, code }) => delivery.reasons[reason](code))
  return [
    ...(underway > 0 ? [delivery.deleting(underway)] : []),
    ...[...byReason].map(([reason, refused]) => delivery.kept(countedKinds(refused, words), reason)),
  ]
}

function countedKinds(refused: readonly Refusal[], { delivery }: Words): string[] {
  const counts = new Map<string, number>()
  for (const { what } of refused) counts.set(what, (counts.get(what) ?? 0) + 1)
  return [...counts].map(([what, count]) =>
    what === 'thread'
      ? delivery.threadNames(count)
      : what === 'file'
        ? delivery.files(count)
        : what === 'reply'
          ? delivery.replies(count)
          : delivery.messages(count),
  )
}
