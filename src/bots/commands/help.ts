/** `/help`: examples first; commands and flags behind buttons. */
import type { Words } from '../../words/en.ts'
import { type Message, textMessage } from '../messages/message.ts'
import type { Command } from './command.ts'
import { helpTopics, topicRows } from './topics.ts'

export const help: Command = {
  access: 'everyone',
  visibility: 'private',
  isView: true,
  options: [],
  handle: ({ words }) => ({ kind: 'message', message: helpMessage(words) }),
}

export function helpMessage(words: Words): Message {
  const { title, intro, examples, weights, buttons } = words.help
  return {
    ...textMessage(title, [intro, ...examples, weights, buttons]),
    buttons: topicRows(helpTopics, words),
  }
}
