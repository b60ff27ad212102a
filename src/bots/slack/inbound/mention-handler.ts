/** Handles messages to the bot: mentions (the only way in a thread) and direct messages. */
import { attachmentUses } from '../../../app/resolve/request-pictures.ts'
import type { Words } from '../../../words/en.ts'
import type { ChatReply } from '../../chat/chat.ts'
import { withFiles } from '../../chat/given-pictures.ts'
import { commandIn, isGreeting } from '../../chat/small-talk.ts'
import { parseCommand } from '../../grammar/command-line.ts'
import { type Message, textMessage } from '../../messages/message.ts'
import type { Reply } from '../outbound/ephemeral-messages.ts'
import { render } from '../outbound/render.ts'
import { handleEasel } from './command-handlers.ts'
import { ephemeralSender, type HandlerContext, imagine, payloadOf } from './handler-context.ts'
import type { RequestContext } from './request-context.ts'
import type { MentionedFiles } from './senders.ts'

export async function handleMention(
  context: HandlerContext,
  requester: RequestContext,
  text: string,
  files: MentionedFiles,
): Promise<Reply | undefined> {
  const { words, workspace } = requester
  const { pictureIds } = files
  if (pictureIds.length === 0) {
    if (files.hasOthers) return render(textMessage(words.slack.replies.noPictureSent), words)
    if (text === '' || isGreeting(text)) return render(welcome(words), words)
    const command = commandIn(text)
    if (command !== undefined) return handleEasel(context, requester, command)
  }
  const parsed = parseCommand(text)
  const given = attachmentUses(parsed).flatMap((use, i) => {
    const file = pictureIds[i]
    return file === undefined ? [] : [{ use, file }]
  })
  const fetch = (fileId: string) => context.downloads.fetch(workspace, fileId)
  const request = await withFiles(parsed, given, fetch)
  const reply = await imagine(context, requester, request, ephemeralSender(context, requester))
  return payloadOf(
    context,
    requester,
    given.length === pictureIds.length ? reply : withNotice(reply, words.slack.replies.picturesLeftOut),
  )
}

function welcome(words: Words): Message {
  return textMessage(words.slack.replies.mention, [...words.help.examples])
}

/** Adds a notice to the reply for an accepted request. */
function withNotice(reply: ChatReply, notice: string): ChatReply {
  if (reply.kind !== 'accepted') return reply
  const { message } = reply
  return {
    ...reply,
    message: message === undefined ? textMessage(notice) : { ...message, lines: [...message.lines, notice] },
  }
}
