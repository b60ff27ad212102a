/** /easel and its words: what each says to the one who typed it. */
import { AppError } from '../../../errors.ts'
import { nearestNames } from '../../../nearest.ts'
import type { Words } from '../../../words/en.ts'
import { helpMessage, modelsMessage, queueMessage, usageMessage } from '../../messages/command-messages.ts'
import { statsChart } from '../../charts/stats-chart.ts'
import { problemSentences } from '../../messages/job-message.ts'
import { type Message, textMessage } from '../../messages/message.ts'
import { statsCsv, statsMessage } from '../../messages/stats-message.ts'
import type { Asker } from './request-context.ts'
import { type Desk, formChoices } from './handler-context.ts'
import { button } from '../forms/fields.ts'
import { openView } from '../forms/open-view.ts'
import { isGone, refusalSentence } from '../outbound/refusals.ts'
import { type Payload, render } from '../outbound/render.ts'
import { settingsView } from '../forms/settings-form.ts'

export const forgetMe = 'forget-me'

const wordsOfEasel = ['queue', 'show', 'settings', 'usage', 'models', 'help', 'forget', 'stats']

const dayMs = 24 * 60 * 60 * 1000

/** Undefined where a form is the answer. */
export async function easelCommand(
  desk: Desk,
  asker: Asker,
  text: string,
  triggerId: string,
): Promise<Payload | undefined> {
  const { easel } = desk
  const { words, caller } = asker
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
      return openView(desk, asker, triggerId, settingsView(easel.settings(person), formChoices(desk), words))
    case 'show':
      return show(desk, asker, rest[0])
    case 'forget':
      return askToForget(asker)
    case 'stats':
      return stats(desk, asker, rest[0])
    default: {
      const { said } = words.slack
      const [nearest] = nearestNames(word, wordsOfEasel)
      return render(textMessage(said.unknownCommand(word, nearest), [said.commands]), words)
    }
  }
}

/** With what Slack does differently. */
function help(words: Words): Message {
  const message = helpMessage(words, '/easel ')
  const [intro = '', ...more] = message.lines
  return { ...message, lines: [intro, words.slack.said.inThreads, ...more] }
}

/** A picture's id or a job's: people copy either. */
async function show(desk: Desk, asker: Asker, id: string | undefined): Promise<Payload> {
  const { words, caller } = asker
  const { said } = words.slack
  if (id === undefined) return render(textMessage(said.showWhat), words)
  const job = desk.easel.job(id) ?? desk.easel.picture(id)?.job
  if (job === undefined) return render(textMessage(words.problems['picture-unknown']({ id })), words)
  const brought = await desk.courier.bring(job, caller.conversation)
  if (brought.kind === 'done') return render(textMessage(said.shown), words)
  if (isGone(brought.error))
    return render(textMessage(refusalSentence(brought.error, caller.conversation, words)), words)
  throw new AppError('platform-refused', { platform: 'Slack', problem: brought.error })
}

function askToForget({ words }: Asker): Payload {
  const { forget } = words.slack
  const { text, blocks } = render(textMessage(forget.title), words)
  return { text, blocks: [...blocks, button(forgetMe, forget.yes, 'danger')] }
}

/** Figures of the last days (30 unless told otherwise), with their chart and as a table, to the one who asks alone. */
async function stats(desk: Desk, asker: Asker, days: string | undefined): Promise<Payload> {
  const { words, caller, workspace } = asker
  const count = /^\d{1,3}$/.test(days ?? '') ? Math.max(1, Number(days)) : 30
  const toMs = desk.clock.now()
  const found = desk.easel.stats({ fromMs: toMs - count * dayMs, toMs }, caller)
  if (found.kind === 'refused') {
    const [first = '', ...more] = problemSentences(found.problems, words)
    return render(textMessage(first, more), words)
  }
  const message = statsMessage(found.stats, words)
  const bytes = await statsChart(found.stats, words)
  // A picture cannot be shown to one person in a channel: their direct messages can.
  const posted = await desk.messages.post(
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
  await desk.pictures.upload(workspace, [chart, table], { channel: posted.value.channel })
  return render(textMessage(words.slack.said.sentToYou), words)
}
