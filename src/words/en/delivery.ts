/** English: the outcomes of deliveries and deletions on every platform. */
import type { RefusalReason } from '../../app/delivery/courier.ts'

const some = (n: number, one: string, many = `${one}s`) => `${n} ${n === 1 ? one : many}`

/** Clauses, with the platform's error code. */
const reasons: Record<RefusalReason, (code: string) => string> = {
  deleted: () => 'its message, thread or channel was deleted',
  forbidden: () => 'I do not have permission there',
  content: () => 'its text was refused there',
  files: () => 'its files were refused there',
  expired: () => 'the time allowed for that is over',
  'no-direct-messages': () => 'direct messages from me are switched off',
  silent: () => 'there was no answer for days',
  unknown: code => `the answer was ${code}`,
}

export const delivery = {
  reasons,
  undelivered: (title: string, reason: string, command: string) =>
    `“${title}” is finished but could not be shown: ${reason}. ${command} shows it.`,
  notShown: (reason: string) => `It cannot be shown here: ${reason}.`,
  sentDirect: 'It cannot be shown here, so it comes as a direct message.',
  filesMissing: (missing: number, pictures: number) =>
    missing === pictures
      ? `${pictures === 1 ? 'The picture’s file is' : 'The pictures’ files are'} missing on the server.`
      : `The files of ${missing} of ${pictures} pictures are missing on the server.`,
  comesLater: 'It comes as soon as possible.',
  deleting: (n: number) =>
    `${n === 1 ? '1 request is' : `${n} requests are`} being deleted. That may take a while.`,
  kept: (things: string[], reason: string) =>
    `Not deleted: ${things.join(', ')}, because ${reason}. I try again every day for a month.`,
  messages: (n: number) => some(n, 'message'),
  files: (n: number) => some(n, 'file'),
  replies: (n: number) => some(n, 'reply to one person', 'replies to one person'),
  threadNames: (n: number) => some(n, 'name of a thread', 'names of threads'),
}
