/** Topics: further information that buttons of short replies open. Each topic is a separate message. */
import type { AddOnKind, Easel } from '../../app/easel.ts'
import type { Words } from '../../words/en.ts'
import { flagGroups, flagsIn } from '../grammar/flag-groups.ts'
import type { Button } from '../messages/buttons.ts'
import { type Message, textMessage } from '../messages/message.ts'
import { sizeOf } from '../messages/parameters.ts'

export type TopicName = keyof Words['topics']

export interface TopicContext {
  easel: Pick<Easel, 'models' | 'samplers' | 'schedules' | 'styles' | 'fileNames'>
  words: Words
  /** A line for every small command. */
  helpLines: readonly string[]
}

/** The message of a topic; undefined for an unknown one. */
export function topicMessage(name: string, context: TopicContext): Message | undefined {
  const topic = isTopicName(name, context.words) ? name : undefined
  return topic && textMessage(context.words.topics[topic], linesOn(topic, context))
}

/** A button for each topic, in rows of four. */
export function topicRows(names: readonly TopicName[], { topics }: Words): Button[][] {
  const buttons = names.map(
    (name): Button => ({ action: 'topic', targetId: name, label: topics[name], style: 'plain' }),
  )
  return [buttons.slice(0, 4), buttons.slice(4)].filter(row => row.length > 0)
}

/** The kinds of names in requests, besides models. */
const kindsByName: readonly AddOnKind[] = ['lora', 'embedding', 'vae', 'controlnet', 'ip-adapter']

/** A line for each kind that is not empty. */
export function fileLines(easel: Pick<Easel, 'fileNames'>, { cli }: Words): string[] {
  return kindsByName.flatMap(kind => {
    const names = easel.fileNames(kind)
    return names.length === 0 ? [] : [`${cli.fileKinds[kind]}: ${names.join(', ')}`]
  })
}

export const helpTopics: readonly TopicName[] = ['commands', ...flagGroups]

function linesOn(name: TopicName, { easel, words, helpLines }: TopicContext): string[] {
  switch (name) {
    case 'commands':
      return [...helpLines]
    case 'details':
      return easel
        .models()
        .map(({ name: model, defaultSize, sizeStepPx, defaultSteps, defaultGuidance, defaultSampler }) =>
          [
            model,
            sizeOf(defaultSize),
            words.models.sizes(sizeStepPx),
            words.models.steps(defaultSteps, defaultGuidance, defaultSampler),
          ].join(' · '),
        )
    case 'files':
      return fileLines(easel, words)
    case 'samplers':
    case 'schedules':
    case 'styles':
      return [easel[name]().join(', ')]
    default:
      return flagsIn(name).map(
        ([flag, { shape }]) => `${[`--${flag}`, shape].join(' ').trim()}: ${words.flags[flag]}`,
      )
  }
}

function isTopicName(name: string, { topics }: Words): name is TopicName {
  return Object.hasOwn(topics, name)
}
