/** Handlers of shortcuts on messages with a picture: use it as a source, or read its parameters. */
import { z } from 'zod'
import type { Easel } from '../../../app/easel.ts'
import type { Caller } from '../../../app/people/people.ts'
import { type MessagePictures, messagePictureInfo, promptsOfPicture } from '../../chat/message-picture.ts'
import { decodeButtonId } from '../../messages/buttons.ts'
import { textMessage } from '../../messages/message.ts'
import { openPaintForm } from '../forms/form-handlers.ts'
import type { PictureSource } from '../forms/metadata.ts'
import type { Reply } from '../outbound/ephemeral-messages.ts'
import { type Payload, render } from '../outbound/render.ts'
import { type HandlerContext, permissionHint, replyWith } from './handler-context.ts'
import type { RequestContext } from './request-context.ts'
import { picturesAmong } from './senders.ts'

export const useAsSource = 'use_as_source'
export const imageInfo = 'image_info'

/** The maximum number of pictures of a job. */
const maxPictures = 4

/** A file on Slack; pictures in blocks have no name. */
interface SlackFile {
  id: string
  name?: string
}

/** The fields of a message that contain pictures; other fields are ignored. */
const messageSchema = z.object({
  files: z
    .array(z.object({ id: z.string(), name: z.string().nullish(), mimetype: z.string().nullish() }))
    .nullish(),
  blocks: z
    .array(
      z.object({
        type: z.string(),
        slack_file: z.object({ id: z.string().optional() }).nullish(),
        elements: z.array(z.object({ action_id: z.string().optional() })).nullish(),
      }),
    )
    .nullish(),
})

/** Opens the form with that picture as source. */
export async function startFromMessage(
  context: HandlerContext,
  requester: RequestContext,
  message: unknown,
  triggerId: string,
): Promise<Payload | undefined> {
  const { words, workspace, caller } = requester
  const { easel, clock, downloads } = context
  const pictures = picturesIn(easel, caller, message)
  const source = sourceOf(pictures)
  if (source === undefined) return render(textMessage(words.chat.replies.noPicture), words)
  const fetch = (file: SlackFile) => downloads.fetch(workspace, file.id)
  const prompts = await promptsOfPicture(easel, clock, pictures, fetch)
  return openPaintForm(context, requester, triggerId, { source, ...prompts })
}

/** Replies with the parameters of the message's picture. */
export async function replyWithPictureInfo(
  context: HandlerContext,
  requester: RequestContext,
  message: unknown,
): Promise<Reply> {
  const { easel, downloads } = context
  const { words, workspace, caller } = requester
  const files = {
    fetch: (file: SlackFile) => downloads.fetch(workspace, file.id),
    nameOf: (file: SlackFile) => file.name,
  }
  const pictures = picturesIn(easel, caller, message)
  // The bot cannot see files of channels that it is not in.
  const obstacle = pictures.kind === 'files' ? await permissionHint(context, requester, 'lately') : undefined
  if (obstacle !== undefined) return render(textMessage(obstacle), words)
  return replyWith(context, requester, await messagePictureInfo(easel, pictures, files, requester))
}

function sourceOf(pictures: MessagePictures<SlackFile>): PictureSource | undefined {
  switch (pictures.kind) {
    case 'stored':
      return { kind: 'stored', pictureIds: [...pictures.pictureIds] }
    case 'files': {
      const [first, ...others] = pictures.files
      return { kind: 'file', fileId: first.id, otherIds: others.map(({ id }) => id) }
    }
    case 'none':
      return undefined
  }
}

function picturesIn(easel: Easel, caller: Caller, message: unknown): MessagePictures<SlackFile> {
  const { files, blocks } = messageSchema.parse(message)
  const buttonIds = (blocks ?? []).flatMap(({ elements }) =>
    (elements ?? []).map(element => element.action_id ?? ''),
  )
  const targets = buttonIds.flatMap(id => decodeButtonId(id)?.targetId ?? [])
  const stored = new Set(targets.filter(id => easel.picture(id, caller) !== undefined))
  const [first, ...more] = [...stored].slice(0, maxPictures)
  if (first !== undefined) return { kind: 'stored', pictureIds: [first, ...more] }
  const sent = picturesAmong(files ?? []).map(({ id, name }) => ({ id, name: name ?? undefined }))
  const shown = (blocks ?? []).flatMap(({ slack_file: inBlock }) => inBlock?.id ?? []).map(id => ({ id }))
  const [file, ...others] = [...sent, ...shown].slice(0, maxPictures)
  return file === undefined ? { kind: 'none' } : { kind: 'files', files: [file, ...others] }
}
