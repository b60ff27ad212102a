/** Words said to the bot in a message: a mention (the only way from inside a thread) or a direct message. */
import { parseCommand } from '../../grammar/command-line.ts'
import { problemSentences } from '../../messages/job-message.ts'
import { textMessage } from '../../messages/message.ts'
import type { Asker } from './request-context.ts'
import { type Desk, imagine } from './handler-context.ts'
import { withFile } from '../forms/form-handlers.ts'
import { type Payload, render } from '../outbound/render.ts'

/** `fileId` is a picture that came with the message. */
export async function spoken(
  desk: Desk,
  asker: Asker,
  text: string,
  fileId: string | undefined,
): Promise<Payload | undefined> {
  const { words, workspace, place, caller } = asker
  if (text === '' && fileId === undefined)
    return render(textMessage(words.slack.said.mention, [...words.help.examples]), words)
  const parsed = parseCommand(text)
  if (parsed.kind === 'refused') {
    const [first = '', ...more] = problemSentences(parsed.problems, words)
    return render(textMessage(first, more), words)
  }
  const request = await withFile(desk, asker, parsed.request, fileId)
  if ('wrong' in request) return render(textMessage(request.wrong), words)
  const whisper = (payload: Payload) => desk.messages.whisper(workspace, place, caller.person.userId, payload)
  return (await imagine(desk, asker, request, whisper)).payload
}
