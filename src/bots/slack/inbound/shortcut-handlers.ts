/** Shortcuts on any message with a picture: start from it, or read its parameters back. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { maxDownloadBytes } from '../../../net/download.ts'
import { decodeButtonId } from '../../messages/buttons.ts'
import { infoMessage } from '../../messages/command-messages.ts'
import { textMessage } from '../../messages/message.ts'
import { openPaintForm } from '../forms/form-handlers.ts'
import type { PictureSource } from '../forms/metadata.ts'
import { type Payload, render } from '../outbound/render.ts'
import type { HandlerContext } from './handler-context.ts'
import type { RequestContext } from './request-context.ts'

export const useAsSource = 'use_as_source'
export const imageInfo = 'image_info'

/** The corners of a message in which pictures are found; all else is passed over. */
const messageSchema = z.object({
  files: z.array(z.object({ id: z.string(), mimetype: z.string().nullish() })).nullish(),
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

/** Opens the form with that picture as its source. */
export async function startFromMessage(
  context: HandlerContext,
  requester: RequestContext,
  message: unknown,
  triggerId: string,
): Promise<Payload | undefined> {
  const source = pictureIn(context, message)
  if (source === undefined)
    return render(textMessage(requester.words.slack.replies.noPicture), requester.words)
  return openPaintForm(context, requester, triggerId, { source })
}

/** All that is known of the message's picture, found by our buttons under it or by its content. */
export async function tellOfMessage(
  context: HandlerContext,
  requester: RequestContext,
  message: unknown,
): Promise<Payload> {
  const { words, workspace } = requester
  const { replies } = words.slack
  const source = pictureIn(context, message)
  if (source === undefined) return render(textMessage(replies.noPicture), words)
  if (source.kind === 'stored') {
    const [first] = source.pictureIds
    const found = first === undefined ? undefined : context.easel.picture(first)
    return render(found ? infoMessage(found.job, found.picture, words) : textMessage(replies.notMine), words)
  }
  const download = await context.downloads.fetch(workspace, source.fileId)
  if (download.kind === 'gone') return render(textMessage(replies.pictureGone), words)
  if (download.kind === 'too-large')
    return render(textMessage(replies.tooLarge(maxDownloadBytes / 1024 / 1024)), words)
  const hash = createHash('sha256').update(download.bytes).digest('hex')
  const found = context.easel.pictureByHash(hash)
  return render(found ? infoMessage(found.job, found.picture, words) : textMessage(replies.notMine), words)
}

/** Our own pictures go before files: they need no way through Slack. */
function pictureIn(context: HandlerContext, message: unknown): PictureSource | undefined {
  const { files, blocks } = messageSchema.parse(message)
  const buttonIds = (blocks ?? []).flatMap(({ elements }) =>
    (elements ?? []).map(element => element.action_id),
  )
  const stored = new Set(
    buttonIds.flatMap(id => {
      const targetId = decodeButtonId(id ?? '')?.targetId
      return targetId !== undefined && context.easel.picture(targetId) !== undefined ? [targetId] : []
    }),
  )
  if (stored.size > 0) return { kind: 'stored', pictureIds: [...stored].slice(0, 4) }
  const file = (files ?? []).find(({ mimetype }) => !mimetype || mimetype.startsWith('image/'))
  const inBlock = (blocks ?? []).find(({ slack_file: shown }) => shown?.id !== undefined)?.slack_file?.id
  const fileId = file?.id ?? inBlock
  return fileId === undefined ? undefined : { kind: 'file', fileId }
}
