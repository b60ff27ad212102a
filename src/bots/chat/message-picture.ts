/** The pictures of a message, and the parameters of the first: found by its buttons, otherwise by its content. */
import { createHash } from 'node:crypto'
import type { Easel } from '../../app/easel.ts'
import type { Caller } from '../../app/people/people.ts'
import type { JobView, PictureView } from '../../app/views/views.ts'
import type { Download } from '../../net/download.ts'
import type { Clock } from '../../system/ports.ts'
import { within } from '../../system/time-limit.ts'
import { problemSentence, type Words } from '../../words/en.ts'
import { formatPrompts } from '../grammar/command-line.ts'
import { hashInFileName } from '../messages/file-name.ts'
import { foreignInfoMessage } from '../messages/foreign-info.ts'
import { infoMessage } from '../messages/info-message.ts'
import { type Message, textMessage } from '../messages/message.ts'
import type { Requester } from './chat.ts'
import { notFetched } from './given-pictures.ts'
import type { PaintForm } from './paint-form.ts'

/** Our own pictures come before files, because they need no download. */
export type MessagePictures<File> =
  | { kind: 'stored'; pictureIds: readonly [string, ...string[]] }
  | { kind: 'files'; files: readonly [File, ...File[]] }
  | { kind: 'none' }

/** Downloads a platform's files. A file's name may identify the picture. */
export interface FileAccess<File> {
  fetch(file: File): Promise<Download>
  nameOf(file: File): string | undefined
}

/** The parameters of the message's first picture, or the reason why there are none. */
export async function messagePictureInfo<File>(
  easel: Easel,
  pictures: MessagePictures<File>,
  files: FileAccess<File>,
  { caller, words }: Requester,
): Promise<Message> {
  if (pictures.kind === 'none') return textMessage(words.chat.replies.noPicture)
  if (pictures.kind === 'stored') return infoOf(easel.picture(pictures.pictureIds[0], caller), words)
  const [file] = pictures.files
  const download = await files.fetch(file)
  if (download.kind !== 'bytes') return textMessage(problemSentence(words, notFetched(download, 'source')))
  const hash = createHash('sha256').update(download.bytes).digest('hex')
  const found = easel.pictureByHash(hash, caller) ?? pictureByName(easel, caller, files.nameOf(file))
  return found ? infoOf(found, words) : foreignInfoMessage(await easel.foreignPicture(download.bytes), words)
}

/** The initial prompts of a form. */
export type FormPrompts = Pick<PaintForm, 'prompt' | 'negative'>

/** The time limit for reading a file, because a form must open quickly. */
const timeLimitMs = 1200

/** The prompts in the parameters of a message's only picture. */
export async function promptsOfPicture<File>(
  easel: Easel,
  clock: Clock,
  pictures: MessagePictures<File>,
  fetch: FileAccess<File>['fetch'],
): Promise<FormPrompts> {
  if (pictures.kind !== 'files' || pictures.files.length > 1) return {}
  let prompts: FormPrompts = {}
  const read = async () => {
    const download = await fetch(pictures.files[0])
    if (download.kind !== 'bytes') return
    const picture = await easel.foreignPicture(download.bytes)
    if (picture.kind !== 'parameters') return
    const { prompt, negative } = picture.request
    prompts = { prompt: formatPrompts({ prompt }), negative }
  }
  await within(clock, timeLimitMs, read())
  return prompts
}

function infoOf(found: { job: JobView; picture: PictureView } | undefined, words: Words): Message {
  return found === undefined
    ? textMessage(words.chat.replies.notMine)
    : infoMessage(found.job, found.picture, words)
}

/** Finds a picture by its file name, which platforms keep. They remove a PNG's texts and convert large pictures. */
function pictureByName(easel: Easel, caller: Caller, name = '') {
  const hash = hashInFileName(name)
  return hash === undefined ? undefined : easel.pictureByHash(hash, caller)
}
