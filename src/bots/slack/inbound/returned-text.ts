/** Returns a typed command with the reply to it, because Slack's clients drop the text once it is sent. */
import type { Words } from '../../../words/en.ts'
import { textMessage } from '../../messages/message.ts'
import type { SendEphemeral } from '../outbound/ephemeral-messages.ts'
import { commandOf, maxCommandCharacters, type Payload, render } from '../outbound/render.ts'

/**
 * The maximum length of a typed text in the reply itself, which leaves room for all reasons within the limit of a message's blocks.
 */
const maxReturnedCharacters = 6000

/** The reply with the typed text. A text that is too long for one message is sent in several before the reply. */
export async function withTypedText(
  payload: Payload,
  typed: string,
  sendEphemeral: SendEphemeral,
  words: Words,
): Promise<Payload> {
  if (typed.length <= maxReturnedCharacters)
    return { ...payload, blocks: [...payload.blocks, ...commandOf(typed, words)] }
  const parts = partsOf(typed)
  for (const [i, command] of parts.entries()) {
    const title = words.slack.replies.typedPart(i + 1, parts.length)
    await sendEphemeral(render({ ...textMessage(title), command }, words))
  }
  return payload
}

/** Cuts a text between characters into parts that fit in a message each. */
function partsOf(text: string): string[] {
  const parts = ['']
  for (const character of text) {
    const last = parts.length - 1
    if ((parts[last] ?? '').length + character.length > maxCommandCharacters) parts.push(character)
    else parts[last] += character
  }
  return parts
}
