/** Info: everything known of one picture, with the command that gives it again. Pure. */
import type { JobView, PictureView } from '../../app/views.ts'
import type { Words } from '../../words/en.ts'
import { formatCommand } from '../grammar/command-line.ts'
import { type Message, textMessage } from './message.ts'
import { parameterTable, sizeOf } from './parameters.ts'

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
