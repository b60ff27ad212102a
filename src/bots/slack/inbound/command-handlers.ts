/** Command handlers: /imagine, and /easel with its sub-commands from the table. */
import type { Refusal } from '../../../app/delivery/courier.ts'
import type { StatsView } from '../../../app/views/views.ts'
import type { Words } from '../../../words/en.ts'
import { statsChart } from '../../charts/stats-chart.ts'
import { problemMessage } from '../../chat/chat.ts'
import {
  findCommand,
  readTypedOptions,
  smallCommandNames,
  usageOf,
  wordsProblem,
} from '../../commands/commands.ts'
import { parseCommand } from '../../grammar/command-line.ts'
import { type Message, textMessage } from '../../messages/message.ts'
import { statsCsv } from '../../messages/stats-message.ts'
import { openPaintForm } from '../forms/form-handlers.ts'
import { openView } from '../forms/open-view.ts'
import { settingsView } from '../forms/settings-form.ts'
import { refusalSentence } from '../outbound/delivery/refusal-reasons.ts'
import type { Reply, SendEphemeral } from '../outbound/ephemeral-messages.ts'
import { type Payload, render } from '../outbound/render.ts'
import { type HandlerContext, imagine, payloadOf, replyWith } from './handler-context.ts'
import { faultReply } from './reply.ts'
import type { RequestContext } from './request-context.ts'
import { withTypedText } from './returned-text.ts'

/** The slash command whose sub-commands are all commands except /imagine. */
export const easelCommand = '/easel'

/** The usage hint of /easel in the manifest. */
export function usageHint(): string {
  return smallCommandNames.map(usageOf).join(' | ')
}

/**
 * Handles the text after /imagine. A refusal, a fault and the hint on inviting the bot return the text, because Slack's clients
 * drop it once it is sent.
 */
export async function handleImagine(
  context: HandlerContext,
  requester: RequestContext,
  text: string,
  triggerId: string,
  sendEphemeral: SendEphemeral,
): Promise<Reply | undefined> {
  if (text.trim() === '') return openPaintForm(context, requester, triggerId)
  const { words } = requester
  const withTyped = (payload: Payload) => withTypedText(payload, `/imagine ${text}`, sendEphemeral, words)
  const sendLater: SendEphemeral = async payload => sendEphemeral(await withTyped(payload))
  try {
    const reply = await imagine(context, requester, parseCommand(text), sendLater)
    if (reply.kind === 'refused') return withTyped(render(problemMessage(reply.problems, words), words))
    return await payloadOf(context, requester, reply)
  } catch (error) {
    return withTyped(faultReply(error, words, context.log))
  }
}

/** Handles the text after /easel; undefined if the reply is a form, which needs a trigger. */
export async function handleEasel(
  context: HandlerContext,
  requester: RequestContext,
  text: string,
  triggerId?: string,
): Promise<Reply | undefined> {
  const { easel, chat } = context
  const { words, caller } = requester
  const found = findCommand(text.trim() === '' ? 'help' : text, smallCommandNames)
  if (found.kind === 'unknown') return render(unknownCommand(found, words), words)
  const { name, rest } = found
  const unused = wordsProblem(name, rest, `${easelCommand} `)
  if (unused) return render(problemMessage([unused], words), words)
  const reply = await chat.command(name, readTypedOptions(name, rest), requester)
  switch (reply.kind) {
    case 'message':
      return replyWith(
        context,
        requester,
        name === 'help' ? withThreads(reply.message, words) : reply.message,
      )
    case 'refused':
      return render(problemMessage(reply.problems, words), words)
    case 'form': {
      if (triggerId === undefined) return render(textMessage(words.slack.replies.formBySlash(name)), words)
      const view = settingsView(easel.settings(caller.person), chat.formChoices(), words)
      return openView(context, requester, triggerId, view)
    }
    case 'deliver':
      return deliverResult(context, requester, reply.deliveryId)
    case 'stats':
      return sendStats(context, requester, reply.message, reply.stats)
    case 'paint':
      return undefined
  }
}

function unknownCommand({ typed, nearest }: { typed: string; nearest?: string }, words: Words): Message {
  const sentence = words.unknownCommand(
    `${easelCommand} ${typed}`,
    nearest === undefined ? undefined : `${easelCommand} ${nearest}`,
    `${easelCommand} help`,
  )
  return textMessage(sentence, [usageHint()])
}

/** Adds the note on threads, which differ on Slack. */
function withThreads(message: Message, words: Words): Message {
  return { ...message, lines: [...message.lines, words.slack.replies.inThreads] }
}

async function deliverResult(
  { chat }: HandlerContext,
  requester: RequestContext,
  deliveryId: string,
): Promise<Payload> {
  const { words, caller } = requester
  const remedyFor = ({ reason, code }: Refusal) =>
    reason === 'forbidden' ? [refusalSentence(code, caller.conversation, words)] : []
  const message = await chat.deliveryStatus(requester, deliveryId, remedyFor)
  return render(message ?? textMessage(words.slack.replies.shown), words)
}

/** Sends the statistics with chart and CSV to the requester. */
async function sendStats(
  { messages, uploads }: HandlerContext,
  { words, caller, workspace }: RequestContext,
  message: Message,
  figures: StatsView,
): Promise<Payload> {
  const bytes = await statsChart(figures, words)
  // An ephemeral message cannot contain a picture, but a direct message can.
  const posted = await messages.post(workspace, { channel: caller.person.userId }, render(message, words))
  if (posted.kind === 'refused') return render(message, words)
  const { title } = message
  const altText = [title, ...message.lines.slice(0, 1)].join(': ')
  const chart = { name: 'easel-stats.png', title, altText, bytes }
  const table = { name: 'easel-stats.csv', title, bytes: Buffer.from(statsCsv(figures)) }
  await uploads.send(workspace, [chart, table], { channel: posted.value.channel })
  return render(textMessage(words.slack.replies.sentToYou), words)
}
