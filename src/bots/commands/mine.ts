/** `/mine`: a person's own latest pictures, each with its ID and its buttons. */
import type { JobView } from '../../app/views/views.ts'
import type { Words } from '../../words/en.ts'
import { moment } from '../../words/moment.ts'
import type { Button } from '../messages/buttons.ts'
import { withNotices } from '../messages/delivery-notices.ts'
import { shorten, titleOf } from '../messages/job-message.ts'
import { type Message, textMessage } from '../messages/message.ts'
import type { Command } from './command.ts'

/** The maximum number of pictures, whose buttons fill two rows of five. */
const shown = 10

export const mine: Command = {
  access: 'everyone',
  visibility: 'private',
  isView: true,
  options: [],
  handle: ({ easel, caller, words, prefix }) => ({
    kind: 'message',
    // Notices about results that could not be delivered, where their author looks for them.
    message: withNotices(
      mineMessage(easel.ownDone(caller.person, shown), words, prefix),
      easel.notices(caller.person),
      words,
      prefix,
    ),
  }),
}

/** Newest first. */
export function mineMessage(jobs: readonly JobView[], words: Words, prefix: string): Message {
  const { mine: text } = words
  if (jobs.length === 0) return textMessage(text.none)
  const lines = jobs.map((job, i) =>
    [
      `${i + 1}. ${shorten(titleOf(job, words), 80)}`,
      moment(job.finishedAt ?? job.createdAt),
      text.id(job.pictures[0]?.id ?? job.id),
    ].join(' · '),
  )
  const buttons = jobs.map(
    ({ id, pictures }, i): Button => ({
      action: 'more',
      targetId: pictures[0]?.id ?? id,
      label: words.buttons.moreNumber(i + 1),
      style: 'plain',
    }),
  )
  return {
    ...textMessage(text.title, [...lines, text.how(prefix)]),
    buttons: [buttons.slice(0, 5), buttons.slice(5)].filter(row => row.length > 0),
    jobIds: jobs.map(({ id }) => id),
  }
}
