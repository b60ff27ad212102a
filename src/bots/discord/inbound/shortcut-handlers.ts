/** Shortcuts on any message with a picture: start from it, or read its parameters back. */
import { createHash } from 'node:crypto'
import type { MessageContextMenuCommandInteraction } from 'discord.js'
import { infoMessage } from '../../messages/command-messages.ts'
import { textMessage } from '../../messages/message.ts'
import { sourceForm } from '../forms/paint-form.ts'
import { render } from '../outbound/render.ts'
import type { GivenFile } from './downloads.ts'
import { fetchPicture } from './given-pictures.ts'
import type { HandlerContext } from './handler-context.ts'
import { type MessagePictures, picturesIn } from './message-pictures.ts'
import { attempt, type Reply, replyNow } from './reply.ts'
import type { RequestContext } from './request-context.ts'

/** Opens the form with that picture as its source; where there is one, that is the first answer. */
export async function startFromMessage(
  context: HandlerContext,
  { words }: RequestContext,
  shortcut: MessageContextMenuCommandInteraction,
): Promise<void> {
  const { log, ids } = context
  const pictures = picturesOf(context, shortcut)
  if (pictures.kind === 'none') {
    return replyNow(shortcut, { words, log }, () =>
      render(textMessage(words.discord.replies.noPicture), words),
    )
  }
  if (pictures.kind === 'stored') {
    const { pictureIds } = pictures
    await attempt(log, () => shortcut.showModal(sourceForm(pictureIds[0], pictureIds, words)))
    return
  }
  const id = ids.next()
  context.sources.add(id, pictures)
  const choices = pictures.files.map((_, i) => String(i))
  await attempt(log, () => shortcut.showModal(sourceForm(id, choices, words)))
}

/** All that is known of the message's picture, found by our buttons under it or by its content. */
export async function tellOfMessage(
  context: HandlerContext,
  { words }: RequestContext,
  shortcut: MessageContextMenuCommandInteraction,
): Promise<Reply | undefined> {
  const { easel } = context
  const { replies } = words.discord
  const pictures = picturesOf(context, shortcut)
  if (pictures.kind === 'none') return render(textMessage(replies.noPicture), words)
  if (pictures.kind === 'stored') {
    const found = easel.picture(pictures.pictureIds[0])
    return render(found ? infoMessage(found.job, found.picture, words) : textMessage(replies.notMine), words)
  }
  const fetched = await fetchPicture(context, pictures.files[0], words)
  if (fetched.kind === 'refused') return render(textMessage(fetched.sentence), words)
  const hash = createHash('sha256').update(fetched.bytes).digest('hex')
  const found = easel.pictureByHash(hash) ?? pictureByName(context, pictures.files[0])
  return render(found ? infoMessage(found.job, found.picture, words) : textMessage(replies.notMine), words)
}

/** Discord takes the texts out of a PNG, and large pictures are sent as other files: their names stay. */
function pictureByName({ easel }: HandlerContext, { name }: GivenFile) {
  const id = nameOfOurs.exec(name)?.[1]
  return id === undefined ? undefined : easel.picture(id)
}

/** As the courier names files, perhaps with a number that a browser added. */
const nameOfOurs = /^(?:SPOILER_)?easel-([0-9a-z]{16})(?![0-9a-z])/

function picturesOf(
  { easel }: HandlerContext,
  shortcut: MessageContextMenuCommandInteraction,
): MessagePictures {
  return picturesIn(shortcut.targetMessage, id => easel.picture(id) !== undefined)
}
