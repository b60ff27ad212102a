/** Answers to the small commands and to Info: help, queue, usage, models, a picture's parameters. Pure. */
import { isSamePerson, type Person } from '../../app/people.ts'
import type { JobView, ModelView, PictureView, UsageView } from '../../app/views.ts'
import type { Words } from '../../words/en.ts'
import { formatCommand } from '../grammar/command-line.ts'
import { flagList } from '../grammar/flags.ts'
import type { Button } from './buttons.ts'
import { shortened, titleOf } from './job-message.ts'
import { type Message, textMessage } from './message.ts'
import { parameterTable, sizeOf } from './parameters.ts'

/** Everything known of one picture, with the command that gives it again. */
export function infoMessage(job: JobView, picture: PictureView, words: Words): Message {
  const { parameters } = words
  const made = new Date(job.finishedAt ?? job.createdAt).toISOString().slice(0, 19).replace('T', ' ')
  const kilobytes = Math.ceil(picture.sizeBytes / 1024)
  const rows: [string, string][] = [
    ...parameterTable(job, picture.index, words),
    [parameters.made, parameters.madeOn(made, job.device ?? '–')],
    [parameters.file, `${picture.mediaType}, ${sizeOf(picture)}, ${kilobytes} KiB, ${picture.id}`],
  ]
  const lines = rows.map(([name, value]) => `${name}: ${value}`)
  return { ...textMessage(words.info.title, lines), command: formatCommand(job, picture.index) }
}

/** What can be asked for, with examples and every flag. `prefix` is what small commands are typed with. */
export function helpMessage(words: Words, prefix = '/'): Message {
  const { help } = words
  return textMessage(help.title, [
    help.intro,
    ...help.examples,
    help.weights,
    help.buttons,
    ...Object.entries(help.commands).map(([name, what]) => `${prefix}${name} ${what}`),
    ...flagList.map(([name, { shape }]) => `${[`--${name}`, shape].join(' ').trim()}: ${words.flags[name]}`),
  ])
}

/** Who is being served and who waits, in serving order; the asker's own jobs can be cancelled. */
export function queueMessage(jobs: readonly JobView[], words: Words, asker?: Person): Message {
  const { queue } = words
  if (jobs.length === 0) return textMessage(queue.empty)
  const waiting = jobs.filter(job => job.state === 'queued').length
  const shown = jobs.slice(0, shownInQueue)
  const isOwn = (job: JobView) => asker !== undefined && isSamePerson(job.author, asker)
  const lines = shown.map((job, i) => queueLine(job, i + 1, isOwn(job), words))
  const cancels = shown.flatMap((job, i): Button[] =>
    isOwn(job)
      ? [{ action: 'cancel', targetId: job.id, label: words.buttons.cancelNumber(i + 1), style: 'plain' }]
      : [],
  )
  if (jobs.length > shown.length) lines.push(queue.more(jobs.length - shown.length))
  return {
    ...textMessage(queue.title(jobs.length - waiting, waiting), lines),
    buttons: rowsOfFive(cancels),
  }
}

/** A person's own figures and what is left of the quota. */
export function usageMessage(usage: UsageView, { usage: words }: Words): Message {
  return textMessage(words.title(usage.periodHours), [
    words.made(usage.jobs, usage.pictures),
    words.seconds(usage.gpuSeconds),
    usage.left === undefined ? words.unlimited : words.left(usage.left),
  ])
}

/** What can be painted with. */
export function modelsMessage(
  offered: { models: readonly ModelView[]; samplers: readonly string[]; styles: readonly string[] },
  { models: words }: Words,
): Message {
  if (offered.models.length === 0) return textMessage(words.none)
  const lines = offered.models.map(model =>
    [
      [model.name, model.isDefault ? ` (${words.isDefault})` : ''].join(''),
      sizeOf(model.defaultSize),
      words.sizes(model.sizeStepPx),
      words.steps(model.defaultSteps, model.defaultGuidance, model.defaultSampler),
      ...(model.hasRefiner ? [words.withRefiner] : []),
      ...(model.note === undefined ? [] : [model.note]),
    ].join(' · '),
  )
  lines.push(`${words.samplers}: ${offered.samplers.join(', ')}`)
  if (offered.styles.length > 0) lines.push(`${words.styles}: ${offered.styles.join(', ')}`)
  return textMessage(words.title, lines)
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
