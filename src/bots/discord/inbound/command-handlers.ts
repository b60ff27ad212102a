/** Command handlers, all but /imagine: what each replies to the person who asked. */
import { ButtonStyle, type ChatInputCommandInteraction, ComponentType } from 'discord.js'
import type { StatsView } from '../../../app/views.ts'
import type { Words } from '../../../words/en.ts'
import { statsChart } from '../../charts/stats-chart.ts'
import { helpMessage, modelsMessage, queueMessage, usageMessage } from '../../messages/command-messages.ts'
import { textMessage } from '../../messages/message.ts'
import { statsCsv, statsMessage } from '../../messages/stats-message.ts'
import { mostDays } from '../commands/command-definitions.ts'
import { optionName } from '../commands/imagine-options.ts'
import { ownId } from '../outbound/custom-id.ts'
import { render } from '../outbound/render.ts'
import type { HandlerContext } from './handler-context.ts'
import { question, refusal } from './outcome-replies.ts'
import type { Reply } from './reply.ts'
import type { RequestContext } from './request-context.ts'

const dayMs = 24 * 60 * 60 * 1000
const usualDays = 30

/** Commands that are answered from what is known, without waiting. */
export type ImmediateCommand = 'queue' | 'usage' | 'models' | 'help' | 'forget'

export function immediateReply(
  context: HandlerContext,
  { words, caller }: RequestContext,
  command: ImmediateCommand,
): Reply {
  const { easel } = context
  switch (command) {
    case 'queue':
      return render(queueMessage(easel.queue(), words, caller.person), words)
    case 'usage':
      return render(usageMessage(easel.usage(caller.person), words), words)
    case 'models':
      return render(
        modelsMessage({ models: easel.models(), samplers: easel.samplers(), styles: easel.styles() }, words),
        words,
      )
    case 'help':
      return render(helpMessage(words), words)
    case 'forget': {
      const { forget } = words.discord
      const button = { id: ownId('forget'), label: forget.yes, style: ButtonStyle.Danger } as const
      return question(forget.title, [], button, words)
    }
  }
}

export async function forget(
  context: HandlerContext,
  { words, caller }: RequestContext,
): Promise<Reply | undefined> {
  const count = await context.easel.forget(caller.person)
  return render(textMessage(words.discord.forget.done(count)), words)
}

/** A picture's id or a job's: people copy either. */
export async function show(
  context: HandlerContext,
  { words, caller }: RequestContext,
  command: ChatInputCommandInteraction,
): Promise<Reply | undefined> {
  const id = (command.options.getString(optionName('id')) ?? '').trim()
  const job = context.easel.job(id) ?? context.easel.picture(id)?.job
  if (job === undefined) return render(textMessage(words.problems['picture-unknown']({ id })), words)
  const brought = await context.courier.bring(job, caller.conversation)
  return brought.kind === 'refused' ? render(textMessage(brought.sentence), words) : undefined
}

/** Figures of the last days with their chart and as a table, to the one who asks alone. */
export async function stats(
  context: HandlerContext,
  { words, caller }: RequestContext,
  command: ChatInputCommandInteraction,
): Promise<Reply | undefined> {
  const asked = command.options.getInteger(optionName('days')) ?? usualDays
  const days = Math.min(mostDays, Math.max(1, asked))
  const toMs = context.clock.now()
  const found = context.easel.stats({ fromMs: toMs - days * dayMs, toMs }, caller)
  if (found.kind === 'refused') return refusal(found.problems, words)
  return withChart(found.stats, words)
}

async function withChart(figures: StatsView, words: Words): Promise<Reply> {
  const message = statsMessage(figures, words)
  const { components, ...rest } = render(message, words)
  const chart = { name: 'easel-stats.png', attachment: Buffer.from(await statsChart(figures, words)) }
  const table = { name: 'easel-stats.csv', attachment: Buffer.from(statsCsv(figures)) }
  return {
    ...rest,
    files: [chart, table],
    components: [
      ...components,
      {
        type: ComponentType.MediaGallery,
        items: [{ media: { url: `attachment://${chart.name}` }, description: message.title }],
      },
      { type: ComponentType.File, file: { url: `attachment://${table.name}` } },
    ],
  }
}
