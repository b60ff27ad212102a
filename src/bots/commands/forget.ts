/** `/forget me`: requests a confirmation before everything of a person is deleted. */
import { textMessage } from '../messages/message.ts'
import type { Command } from './command.ts'

export const forget: Command = {
  access: 'everyone',
  visibility: 'private',
  isView: false,
  options: [],
  handle({ words, ids }) {
    const { title, yes } = words.forget
    const button = { action: 'forget', targetId: ids.next(), label: yes, style: 'danger' } as const
    return { kind: 'message', message: { ...textMessage(title), buttons: [[button]] } }
  },
}
