/** `/queue`: who is being served and who waits, with Cancel for one's own jobs. */
import { isSamePerson, type Person } from '../../app/people.ts'
import type { JobView } from '../../app/views.ts'
import type { Words } from '../../words/en.ts'
import type { Button } from '../messages/buttons.ts'
import { shortened, titleOf } from '../messages/job-message.ts'
import { type Message, textMessage } from '../messages/message.ts'
import type { Command } from './command.ts'

export const queue: Command = {
  access: 'everyone',
  visibility: 'private',
  isView: true,
  options: [],
  handle: ({ easel, caller, words }) => ({
    kind: 'message',
    message: queueMessage(easel.queue(), words, caller.person),
  }),
}

/** In serving order. */
export function queueMessage(jobs: readonly JobView[], words: Words, asker?: Person): Message {
  const { queue: text } = words
  if (jobs.length === 0) return textMessage(text.empty)
  const waiting = jobs.filter(job => job.state === 'queued').length
  const shown = jobs.slice(0, shownInQueue)
  const isOwn = (job: JobView) => asker !== undefined && isSamePerson(job.author, asker)
  const lines = shown.map((job, i) => queueLine(job, i + 1, isOwn(job), words))
  const cancels = shown.flatMap((job, i): Button[] =>
    isOwn(job)
      ? [{ action: 'cancel', targetId: job.id, label: words.buttons.cancelNumber(i + 1), style: 'plain' }]
      : [],
  )
  if (jobs.length > shown.length) lines.push(text.more(jobs.length - shown.length))
  return {
    ...textMessage(text.title(jobs.length - waiting, waiting), lines),
    buttons: rowsOfFive(cancels),
  }
}

/** Their Cancel buttons fill at most four rows of five, which every platform can show. */
const shownInQueue = 20

function queueLine(job: JobView, number: number, own: boolean, words: Words): string {
  const { job: states, queue } = words
  const progress = job.state === 'running' ? [states.step(job.step, job.steps)] : []
  const eta = job.etaMs === undefined ? [] : [states.eta(job.etaMs)]
  const who = own ? queue.yours : job.author.name
  return [`${number}. ${shortened(titleOf(job, words), 80)}`, who, ...progress, ...eta].join(' · ')
}

function rowsOfFive(buttons: readonly Button[]): Button[][] {
  const rows: Button[][] = []
  for (let i = 0; i < buttons.length; i += 5) rows.push(buttons.slice(i, i + 5))
  return rows
}
