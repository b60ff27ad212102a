/** Info: all parameters of one picture, with the command that reproduces it and the picture's buttons. Pure. */
import type { JobView, PictureView } from '../../app/views/views.ts'
import type { Words } from '../../words/en.ts'
import { formatCommand } from '../grammar/command-line.ts'
import { pictureRows } from './buttons.ts'
import { shorten, titleOf } from './job-message.ts'
import { type Message, textMessage } from './message.ts'
import { parameterTable, sizeOf } from './parameters.ts'

export function infoMessage(job: JobView, picture: PictureView, words: Words): Message {
  const { parameters } = words
  const kilobytes = Math.ceil(picture.sizeBytes / 1024)
  const rows: [string, string][] = [
    ...parameterTable(job, picture.index, words),
    [parameters.made, parameters.madeOn(job.finishedAt ?? job.createdAt, job.device ?? '–')],
    [parameters.file, `${picture.mediaType}, ${sizeOf(picture)}, ${kilobytes} KiB`],
    [parameters.pictureId, picture.id],
  ]
  const lines = rows.map(([name, value]) => `${name}: ${value}`)
  const command = formatCommand(job, picture.index)
  return { ...textMessage(words.info.title, lines), command, jobIds: [job.id] }
}

/** One picture of a set, with all of its buttons. */
export function pictureMessage(job: JobView, picture: PictureView, words: Words): Message {
  return {
    ...textMessage(words.info.pictureOf(picture.index + 1, job.pictures.length), [
      shorten(titleOf(job, words), 200),
    ]),
    buttons: pictureRows(picture, words),
    jobIds: [job.id],
  }
}
