/** Replies to one person: messages, and refusals with every reason and the typed text for correction. */
import { ComponentType } from 'discord.js'
import type { Problem } from '../../../app/problems.ts'
import type { Words } from '../../../words/en.ts'
import { problemMessage } from '../../chat/chat.ts'
import type { Message } from '../../messages/message.ts'
import { render } from '../outbound/render/render.ts'
import type { Reply } from './reply.ts'

/** The maximum length of the typed text in a message, which leaves room for the reasons. */
const maxCopiedCharacters = 1000
const typedFile = 'prompt.txt'

/** The message as a reply to one person. */
export function replyWith(message: Message, words: Words): Reply {
  const { jobIds } = message
  return { ...render(message, words), ...(jobIds === undefined ? {} : { jobIds }) }
}

export function refusal(problems: readonly Problem[], words: Words, typed = ''): Reply {
  return replyWithTypedText(problemMessage(problems, words), words, typed)
}

/** The message with the typed text for copying, or with a file if the text is too long. */
export function replyWithTypedText(message: Message, words: Words, typed: string): Reply {
  if (typed.trim() === '') return render(message, words)
  if (typed.length <= maxCopiedCharacters && !typed.includes('```'))
    return render({ ...message, command: typed }, words)
  const { components, ...rest } = render(message, words)
  return {
    ...rest,
    components: [...components, { type: ComponentType.File, file: { url: `attachment://${typedFile}` } }],
    files: [{ name: typedFile, attachment: Buffer.from(typed) }],
  }
}
