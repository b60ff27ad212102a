/** `/models`: a line per model; buttons open details and lists of names. */
import type { Easel } from '../../app/easel.ts'
import type { ModelView } from '../../app/views/views.ts'
import type { Words } from '../../words/en.ts'
import { type Message, textMessage } from '../messages/message.ts'
import type { Command } from './command.ts'
import { fileLines, type TopicName, topicRows } from './topics.ts'

export const models: Command = {
  access: 'everyone',
  visibility: 'private',
  isView: true,
  options: [],
  handle: ({ easel, words }) => ({
    kind: 'message',
    message: modelsMessage(easel.models(), furtherTopics(easel, words), words),
  }),
}

/** Topics that may be empty. */
function furtherTopics(easel: Easel, words: Words): TopicName[] {
  return [
    ...(easel.styles().length > 0 ? ['styles' as const] : []),
    ...(fileLines(easel, words).length > 0 ? ['files' as const] : []),
  ]
}

export function modelsMessage(
  offered: readonly ModelView[],
  further: readonly TopicName[],
  words: Words,
): Message {
  const { models: text } = words
  if (offered.length === 0) return textMessage(text.none)
  const lines = offered.map(({ name, isDefault, hasRefiner, note }) =>
    [
      isDefault ? `${name} (${text.isDefault})` : name,
      ...(hasRefiner ? [text.withRefiner] : []),
      ...(note === undefined ? [] : [note]),
    ].join(' · '),
  )
  const topics: TopicName[] = ['details', 'samplers', 'schedules', ...further]
  return { ...textMessage(text.title, lines), buttons: topicRows(topics, words) }
}
