/** `/models`: what can be painted with, in a line each; details and the lists of names behind buttons. */
import type { ModelView } from '../../app/views.ts'
import type { Words } from '../../words/en.ts'
import { type Message, textMessage } from '../messages/message.ts'
import type { Command } from './command.ts'
import { type TopicName, topicRows } from './topics.ts'

export const models: Command = {
  access: 'everyone',
  visibility: 'private',
  isView: true,
  options: [],
  handle: ({ easel, words }) => ({
    kind: 'message',
    message: modelsMessage(easel.models(), easel.styles().length > 0, words),
  }),
}

export function modelsMessage(offered: readonly ModelView[], hasStyles: boolean, words: Words): Message {
  const { models: text } = words
  if (offered.length === 0) return textMessage(text.none)
  const lines = offered.map(({ name, isDefault, hasRefiner, note }) =>
    [
      isDefault ? `${name} (${text.isDefault})` : name,
      ...(hasRefiner ? [text.withRefiner] : []),
      ...(note === undefined ? [] : [note]),
    ].join(' · '),
  )
  const topics: TopicName[] = ['details', 'samplers', 'schedules', ...(hasStyles ? ['styles' as const] : [])]
  return { ...textMessage(text.title, lines), buttons: topicRows(topics, words) }
}
