/** Shortcuts on any message with a picture: start from it, or read its parameters back. */
import { createHash } from 'node:crypto'
import type { MessageContextMenuCommandInteraction } from 'discord.js'
import { infoMessage } from '../../messages/command-messages.ts'
import { textMessage } from '../../messages/message.ts'
import { answerNow, attempt, type Said } from './reply.ts'
import type { Asker } from './request-context.ts'
import type { Desk } from './handler-context.ts'
import type { GivenFile } from './downloads.ts'
import { type MessagePictures, picturesIn } from './message-pictures.ts'
import { sourceForm } from '../forms/paint-form.ts'
import { fetchPicture } from './given-pictures.ts'
import { render } from '../outbound/render.ts'

/** Opens the form with that picture as its source; where there is one, that is the first answer. */
export async function startFromMessage(
  desk: Desk,
  { words }: Asker,
  shortcut: MessageContextMenuCommandInteraction,
): Promise<void> {
  const { log, ids } = desk
  const pictures = picturesOf(desk, shortcut)
  if (pictures.kind === 'none') {
    return answerNow(shortcut, { words, log }, () => render(textMessage(words.discord.said.noPicture), words))
  }
  if (pictures.kind === 'stored') {
    const { pictureIds } = pictures
    await attempt(log, () => shortcut.showModal(sourceForm(pictureIds[0], pictureIds, words)))
    return
  }
  const id = ids.next()
  desk.sources.add(id, pictures)
  const choices = pictures.files.map((_, i) => String(i))
  await attempt(log, () => shortcut.showModal(sourceForm(id, choices, words)))
}

/** All that is known of the message's picture, found by our buttons under it or by its content. */
export async function tellOfMessage(
  desk: Desk,
  { words }: Asker,
  shortcut: MessageContextMenuCommandInteraction,
): Promise<Said> {
  const { easel } = desk
  const { said } = words.discord
  const pictures = picturesOf(desk, shortcut)
  if (pictures.kind === 'none') return render(textMessage(said.noPicture), words)
  if (pictures.kind === 'stored') {
    const found = easel.picture(pictures.pictureIds[0])
    return render(found ? infoMessage(found.job, found.picture, words) : textMessage(said.notMine), words)
  }
  const fetched = await fetchPicture(desk, pictures.files[0], words)
  if (fetched.kind === 'refused') return render(textMessage(fetched.sentence), words)
  const hash = createHash('sha256').update(fetched.bytes).digest('hex')
  const found = easel.pictureByHash(hash) ?? pictureByName(desk, pictures.files[0])
  return render(found ? infoMessage(found.job, found.picture, words) : textMessage(said.notMine), words)
}

/** Discord takes the texts out of a PNG, and large pictures are sent as other files: their names stay. */
function pictureByName({ easel }: Desk, { name }: GivenFile) {
  const id = nameOfOurs.exec(name)?.[1]
  return id === undefined ? undefined : easel.picture(id)
}

/** As the courier names files, perhaps with a number that a browser added. */
const nameOfOurs = /^(?:SPOILER_)?easel-([0-9a-z]{16})(?![0-9a-z])/

function picturesOf({ easel }: Desk, shortcut: MessageContextMenuCommandInteraction): MessagePictures {
  return picturesIn(shortcut.targetMessage, id => easel.picture(id) !== undefined)
}
