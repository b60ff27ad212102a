/** Words said to the bot in a message: a mention (the only way from inside a thread) or a direct message. */
import { parseCommand } from '../../grammar/command-line.ts'
import { textMessage } from '../../messages/message.ts'
import { withFile } from '../forms/form-handlers.ts'
import { type Payload, render } from '../outbound/render.ts'
import { type HandlerContext, imagine, payloadOf } from './handler-context.ts'
import type { RequestContext } from './request-context.ts'

/** `fileId` is a picture that came with the message. */
export async function handleMention(
  context: HandlerContext,
  requester: RequestContext,
  text: string,
  fileId: string | undefined,
): Promise<Payload | undefined> {
  const { words, workspace, place, caller } = requester
  if (text === '' && fileId === undefined)
    return render(textMessage(words.slack.replies.mention, [...words.help.examples]), words)
  const parsed = parseCommand(text)
  if (parsed.kind === 'refused') return payloadOf(parsed, words)
  const request = await withFile(context, requester, parsed.request, fileId)
  if ('wrong' in request) return render(textMessage(request.wrong), words)
  const sendEphemeral = (payload: Payload) =>
    context.messages.postEphemeral(workspace, place, caller.person.userId, payload)
  return payloadOf(await imagine(context, requester, request, sendEphemeral), words)
}
