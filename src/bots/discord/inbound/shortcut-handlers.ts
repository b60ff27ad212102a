/** Handlers of shortcuts on messages with a picture: use it as a source, or read its parameters. */
import type { MessageContextMenuCommandInteraction } from 'discord.js'
import type { Caller } from '../../../app/people/people.ts'
import {
  type FormPrompts,
  type MessagePictures,
  messagePictureInfo,
  promptsOfPicture,
} from '../../chat/message-picture.ts'
import { hashInFileName } from '../../messages/file-name.ts'
import { textMessage } from '../../messages/message.ts'
import { sourceForm } from '../forms/paint-form.ts'
import { render } from '../outbound/render/render.ts'
import type { GivenFile } from './downloads.ts'
import type { HandlerContext } from './handler-context.ts'
import { picturesIn } from './message-pictures.ts'
import { savePendingFiles } from './pending-files.ts'
import { attempt, type Reply, replyNow } from './reply.ts'
import { replyWith } from './reply-payloads.ts'
import type { RequestContext } from './request-context.ts'

/** Opens the form with that picture as source. The form is the first response. */
export async function startFromMessage(
  context: HandlerContext,
  { words, caller }: RequestContext,
  shortcut: MessageContextMenuCommandInteraction,
): Promise<void> {
  const { log, ids, easel, chat, clock, downloads } = context
  const pictures = picturesOf(context, caller, shortcut)
  const open = (id: string, choices: readonly string[], prompts: FormPrompts = {}) =>
    attempt(log, () => shortcut.showModal(sourceForm(id, choices, prompts, chat.formChoices(), words)))
  switch (pictures.kind) {
    case 'none':
      return replyNow(shortcut, { ...context, words }, () =>
        render(textMessage(words.chat.replies.noPicture), words),
      )
    case 'stored':
      await open(pictures.pictureIds[0], pictures.pictureIds)
      return
    case 'files': {
      const id = ids.next()
      const [prompts] = await Promise.all([
        promptsOfPicture(easel, clock, pictures, file => downloads.fetch(file)),
        savePendingFiles(easel, id, caller.person, pictures.files),
      ])
      const choices = pictures.files.map((_, i) => String(i))
      await open(id, choices, prompts)
    }
  }
}

/** Replies with the parameters of the message's picture. */
export async function replyWithPictureInfo(
  context: HandlerContext,
  requester: RequestContext,
  shortcut: MessageContextMenuCommandInteraction,
): Promise<Reply | undefined> {
  const { easel, downloads } = context
  const files = {
    fetch: (file: GivenFile) => downloads.fetch(file),
    nameOf: (file: GivenFile) => file.name,
  }
  const pictures = picturesOf(context, requester.caller, shortcut)
  return replyWith(await messagePictureInfo(easel, pictures, files, requester), requester.words)
}

function picturesOf(
  { easel }: HandlerContext,
  caller: Caller,
  shortcut: MessageContextMenuCommandInteraction,
): MessagePictures<GivenFile> {
  return picturesIn(
    shortcut.targetMessage,
    id => easel.picture(id, caller) !== undefined,
    name => {
      const hash = hashInFileName(name)
      return hash === undefined ? undefined : easel.pictureByHash(hash, caller)?.picture.id
    },
  )
}
