/** `/help`: what can be asked for, with examples, every command and every flag. */
import type { Words } from '../../words/en.ts'
import { flagList } from '../grammar/flags.ts'
import { type Message, textMessage } from '../messages/message.ts'
import type { Command } from './command.ts'

export const help: Command = {
  access: 'everyone',
  visibility: 'private',
  isView: true,
  options: [],
  handle: ({ words, helpLines }) => ({ kind: 'message', message: helpMessage(words, helpLines) }),
}

export function helpMessage(words: Words, helpLines: readonly string[]): Message {
  const { help: text } = words
  return textMessage(text.title, [
    text.intro,
    ...text.examples,
    text.weights,
    text.buttons,
    ...helpLines,
    ...flagList.map(([name, { shape }]) => `${[`--${name}`, shape].join(' ').trim()}: ${words.flags[name]}`),
  ])
}
