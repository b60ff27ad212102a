/** Info of another program's picture: its parameters, with the nearest command. Pure. */
import type { ForeignPicture, PictureParameters } from '../../app/views/foreign-picture.ts'
import type { Words } from '../../words/en.ts'
import { formatRequest } from '../grammar/command-line.ts'
import { shorten } from './job-message.ts'
import { type Message, textMessage } from './message.ts'
import { sizeOf } from './parameters.ts'

/** The maximum length of shown texts; foreign texts may have megabytes. */
const maxRows = 25
const maxValueCharacters = 1000
const maxNameCharacters = 80

export function foreignInfoMessage(picture: ForeignPicture, words: Words): Message {
  switch (picture.kind) {
    case 'nothing':
      return textMessage(words.chat.replies.notMine)
    case 'unknown-format':
      return textMessage(words.chat.replies.formatOfParametersUnknown(picture.keywords))
    case 'parameters': {
      const rows = foreignTable(picture.parameters, words).slice(0, maxRows)
      const lines = rows.map(
        ([name, value]) => `${shorten(name, maxNameCharacters)}: ${shorten(value, maxValueCharacters)}`,
      )
      const message = textMessage(words.info.ofProgram(picture.program), [
        ...lines,
        words.info.nearestCommand,
      ])
      return { ...message, command: formatRequest(picture.request) }
    }
  }
}

/** Names and values of all parameters, as the program wrote them. */
export function foreignTable(p: PictureParameters, { parameters }: Words): [name: string, value: string][] {
  const { widthPx, heightPx } = p
  const size = widthPx === undefined || heightPx === undefined ? undefined : sizeOf({ widthPx, heightPx })
  const rows: [string, string | number | bigint | undefined][] = [
    [parameters.prompt, p.prompt || undefined],
    [parameters.negative, p.negative || undefined],
    [parameters.size, size],
    [parameters.seed, p.seed],
    [parameters.steps, p.steps],
    [parameters.guidance, p.guidance],
    [parameters.sampler, p.sampler],
    [parameters.model, p.model ?? p.modelHash],
    ...p.extra,
  ]
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
}
