/** `/queue`: running and waiting jobs, with Cancel for the person's own. */
import { isSamePerson, type Person } from '../../app/people/people.ts'
import type { JobView, QueueEntry, QueueLength } from '../../app/views/views.ts'
import type { Words } from '../../words/en.ts'
import type { Button } from '../messages/buttons.ts'
import { withNotices } from '../messages/delivery-notices.ts'
import { etaOf, shorten, titleOf } from '../messages/job-message.ts'
import { type Message, textMessage } from '../messages/message.ts'
import type { Command } from './command.ts'

export const queue: Command = {
  access: 'everyone',
  visibility: 'private',
  isView: true,
  options: [],
  handle({ easel, caller, words, prefix }) {
    const shown = { entries: easel.queue(caller, shownInQueue), ...easel.queueLength() }
    const message = queueMessage(shown, words, caller.person)
    return { kind: 'message', message: withNotices(message, easel.notices(caller.person), words, prefix) }
  },
}

/** The first jobs in serving order. Jobs that the person may not see are shown as positions only. */
export function queueMessage(
  { entries, running, waiting }: QueueLength & { entries: readonly QueueEntry[] },
  words: Words,
  viewer: Person,
): Message {
  const { queue: text } = words
  if (entries.length === 0) return textMessage(text.empty)
  const isOwn = (job: JobView) => isSamePerson(job.author, viewer)
  const lines = entries.map((entry, i) =>
    entry.kind === 'visible'
      ? queueLine(entry.job, i + 1, isOwn(entry.job), words)
      : `${i + 1}. ${text.hidden}`,
  )
  const cancels = entries.flatMap((entry, i): Button[] =>
    entry.kind === 'visible' && isOwn(entry.job) ? [cancelButton(entry.job, i + 1, words)] : [],
  )
  const more = running + waiting - entries.length
  if (more > 0) lines.push(text.more(more))
  return {
    ...textMessage(text.title(running, waiting), lines),
    buttons: rowsOfFive(cancels),
    jobIds: entries.flatMap(entry => (entry.kind === 'visible' ? [entry.job.id] : [])),
  }
}

/** The maximum number of listed jobs, whose Cancel buttons fill four rows of five, which every platform can show. */
const shownInQueue = 20

function cancelButton(job: JobView, number: number, words: Words): Button {
  return { action: 'cancel', targetId: job.id, label: words.buttons.cancelNumber(number), style: 'plain' }
}

function queueLine(job: JobView, number: number, own: boolean, words: Words): string {
  const { job: states, queue } = words
  const progress = job.state === 'running' ? [states.step(job.step, job.steps)] : []
  const who = own ? queue.yours : job.author.name
  return [`${number}. ${shorten(titleOf(job, words), 80)}`, who, ...progress, ...etaOf(job, words)].join(
    ' · ',
  )
}

function rowsOfFive(buttons: readonly Button[]): Button[][] {
  const rows: Button[][] = []
  for (let i = 0; i < buttons.length; i += 5) rows.push(buttons.slice(i, i + 5))
  return rows
}
