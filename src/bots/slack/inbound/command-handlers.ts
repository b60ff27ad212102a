/** /easel and its words: what each says to the one who typed it. */
import { AppError } from '../../../errors.ts'
import { nearestNames } from '../../../nearest.ts'
import type { Words } from '../../../words/en.ts'
import { statsChart } from '../../charts/stats-chart.ts'
import { helpMessage, modelsMessage, queueMessage, usageMessage } from '../../messages/command-messages.ts'
import { problemSentences } from '../../messages/job-message.ts'
import { type Message, textMessage } from '../../messages/message.ts'
import { statsCsv, statsMessage } from '../../messages/stats-message.ts'
import { button } from '../forms/fields.ts'
import { openView } from '../forms/open-view.ts'
import { settingsView } from '../forms/settings-form.ts'
import { isGone, refusalSentence } from '../outbound/refusals.ts'
import { type Payload, render } from '../outbound/render.ts'
import { formChoices, type HandlerContext } from './handler-context.ts'
import type { RequestContext } from './request-context.ts'

export const forgetMe = 'forget-me'

const wordsOfEasel = ['queue', 'show', 'settings', 'usage', 'models', 'help', 'forget', 'stats']

const dayMs = 24 * 60 * 60 * 1000

/** Undefined where a form is the answer. */
export async function easelCommand(
  context: HandlerContext,
  requester: RequestContext,
  text: string,
  triggerId: string,
): Promise<Payload | undefined> {
  const { easel } = context
  const { words, caller } = requester
  const { person } = caller
  const [word = '', ...rest] = text.trim().split(/\s+/)
  switch (word.toLowerCase()) {
    case '':
    case 'help':
      return render(help(words), words)
    case 'queue':
      return render(queueMessage(easel.queue(), words, person), words)
    case 'models':
      return render(
        modelsMessage({ models: easel.models(), samplers: easel.samplers(), styles: easel.styles() }, words),
        words,
      )
    case 'usage':
      return render(usageMessage(easel.usage(person), words), words)
    case 'settings':
      return openView(
        context,
        requester,
        triggerId,
        settingsView(easel.settings(person), formChoices(context), words),
      )
    case 'show':
      return show(context, requester, rest[0])
    case 'forget':
      return askToForget(requester)
    case 'stats':
      return stats(context, requester, rest[0])
    default: {
      const { replies } = words.slack
      const [nearest] = nearestNames(word, wordsOfEasel)
      return render(textMessage(replies.unknownCommand(word, nearest), [replies.commands]), words)
    }
  }
}

/** With what Slack does differently. */
function help(words: Words): Message {
  const message = helpMessage(words, '/easel ')
  const [intro = '', ...more] = message.lines
  return { ...message, lines: [intro, words.slack.replies.inThreads, ...more] }
}

/** A picture's id or a job's: people copy either. */
async function show(
  context: HandlerContext,
  requester: RequestContext,
  id: string | undefined,
): Promise<Payload> {
  const { words, caller } = requester
  const { replies } = words.slack
  if (id === undefined) return render(textMessage(replies.showWhat), words)
  const job = context.easel.job(id) ?? context.easel.picture(id)?.job
  if (job === undefined) return render(textMessage(words.problems['picture-unknown']({ id })), words)
  const brought = await context.courier.bring(job, caller.conversation)
  if (brought.kind === 'done') return render(textMessage(replies.shown), words)
  if (isGone(brought.error))
    return render(textMessage(refusalSentence(brought.error, caller.conversation, words)), words)
  throw new AppError('platform-refused', { platform: 'Slack', problem: brought.error })
}

function askToForget({ words }: RequestContext): Payload {
  const { forget } = words.slack
  const { text, blocks } = render(textMessage(forget.title), words)
  return { text, blocks: [...blocks, button(forgetMe, forget.yes, 'danger')] }
}

/** Figures of the last days (30 unless told otherwise), with their chart and as a table, to the one who asks alone. */
async function stats(
  context: HandlerContext,
  requester: RequestContext,
  days: string | undefined,
): Promise<Payload> {
  const { words, caller, workspace } = requester
  const count = /^\d{1,3}$/.test(days ?? '') ? Math.max(1, Number(days)) : 30
  const toMs = context.clock.now()
  const found = context.easel.stats({ fromMs: toMs - count * dayMs, toMs }, caller)
  if (found.kind === 'refused') {
    const [first = '', ...more] = problemSentences(found.problems, words)
    return render(textMessage(first, more), words)
  }
  const message = statsMessage(found.stats, words)
  const bytes = await statsChart(found.stats, words)
  // A picture cannot be shown to one person in a channel: their direct messages can.
  const posted = await context.messages.post(
    workspace,
    { channel: caller.person.userId },
    render(message, words),
  )
  if (posted.kind === 'refused') return render(message, words)
  const { title } = message
  const chart = {
    name: 'easel-stats.png',
    title,
    altText: [title, ...message.lines.slice(0, 1)].join(': '),
    bytes,
  }
  const table = { name: 'easel-stats.csv', title, bytes: Buffer.from(statsCsv(found.stats)) }
  await context.pictures.upload(workspace, [chart, table], { channel: posted.value.channel })
  return render(textMessage(words.slack.replies.sentToYou), words)
}
