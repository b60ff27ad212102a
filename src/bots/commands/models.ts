/** `/models`: what can be painted with. */
import type { ModelView } from '../../app/views.ts'
import type { Words } from '../../words/en.ts'
import { type Message, textMessage } from '../messages/message.ts'
import { sizeOf } from '../messages/parameters.ts'
import type { Command } from './command.ts'

export const models: Command = {
  access: 'everyone',
  visibility: 'private',
  isView: true,
  options: [],
  handle({ easel, words }) {
    const offered = {
      models: easel.models(),
      samplers: easel.samplers(),
      schedules: easel.schedules(),
      styles: easel.styles(),
    }
    return { kind: 'message', message: modelsMessage(offered, words) }
  },
}

export function modelsMessage(
  offered: {
    models: readonly ModelView[]
    samplers: readonly string[]
    schedules: readonly string[]
    styles: readonly string[]
  },
  { models: words }: Words,
): Message {
  if (offered.models.length === 0) return textMessage(words.none)
  const lines = offered.models.map(model =>
    [
      [model.name, model.isDefault ? ` (${words.isDefault})` : ''].join(''),
      sizeOf(model.defaultSize),
      words.sizes(model.sizeStepPx),
      words.steps(model.defaultSteps, model.defaultGuidance, model.defaultSampler),
      ...(model.hasRefiner ? [words.withRefiner] : []),
      ...(model.note === undefined ? [] : [model.note]),
    ].join(' · '),
  )
  lines.push(`${words.samplers}: ${offered.samplers.join(', ')}`)
  lines.push(`${words.schedules}: ${offered.schedules.join(', ')}`)
  if (offered.styles.length > 0) lines.push(`${words.styles}: ${offered.styles.join(', ')}`)
  return textMessage(words.title, lines)
}
