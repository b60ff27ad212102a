/** Words said to the bot in a message: a mention (the only way from inside a thread) or a direct message. */
import type { Words } from '../../../words/en.ts'
import type { ChatReply } from '../../chat/chat.ts'
import { commandIn, isGreeting } from '../../chat/small-talk.ts'
import { parseCommand } from '../../grammar/command-line.ts'
import { type Message, textMessage } from '../../messages/message.ts'
import { withFile } from '../forms/form-handlers.ts'
import { type Payload, render } from '../outbound/render.ts'
import { handleEasel } from './command-handlers.ts'
import { type HandlerContext, imagine, payloadOf } from './handler-context.ts'
import type { RequestContext } from './request-context.ts'
import type { MentionedFiles } from './senders.ts'

export async function handleMention(
  context: HandlerContext,
  requester: RequestContext,
  text: string,
  files: MentionedFiles,
): Promise<Payload | undefined> {
  const { words, workspace, place, caller } = requester
  const [fileId, ...unused] = files.pictureIds
  if (fileId === undefined) {
    if (files.hasOthers) return render(textMessage(words.slack.replies.noPictureSent), words)
    if (text === '' || isGreeting(text)) return render(welcome(words), words)
    const command = commandIn(text)
    if (command !== undefined) return handleEasel(context, requester, command)
  }
  const parsed = parseCommand(text)
  if (parsed.kind === 'refused') return payloadOf(parsed, words)
  const request = await withFile(context, requester, parsed.request, fileId)
  if ('wrong' in request) return render(textMessage(request.wrong), words)
  const sendEphemeral = (payload: Payload) =>
    context.messages.postEphemeral(workspace, place, caller.person.userId, payload)
  const reply = await imagine(context, requester, request, sendEphemeral)
  return payloadOf(unused.length === 0 ? reply : withNotice(reply, words.slack.replies.firstPicture), words)
}

function welcome(words: Words): Message {
  return textMessage(words.slack.replies.mention, [...words.help.examples])
}

/** What is to be said beside a request that was accepted. */
function withNotice(reply: ChatReply, notice: string): ChatReply {
  if (reply.kind !== 'accepted') return reply
  const { message } = reply
  return {
    ...reply,
    message: message === undefined ? textMessage(notice) : { ...message, lines: [...message.lines, notice] },
  }
}
