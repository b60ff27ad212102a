/** `/usage`: a person's own statistics, and the rest of the quota. */
import type { UsageView } from '../../app/views/views.ts'
import type { Words } from '../../words/en.ts'
import { type Message, textMessage } from '../messages/message.ts'
import type { Command } from './command.ts'

export const usage: Command = {
  access: 'everyone',
  visibility: 'private',
  isView: true,
  options: [],
  handle: ({ easel, caller, words }) => ({
    kind: 'message',
    message: usageMessage(easel.usage(caller.person), words),
  }),
}

export function usageMessage(figures: UsageView, { usage: words }: Words): Message {
  return textMessage(words.title(figures.periodHours), [
    words.made(figures.jobs, figures.pictures),
    words.seconds(figures.gpuSeconds),
    figures.left === undefined ? words.unlimited : words.left(figures.left),
  ])
}
