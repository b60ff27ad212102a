/** Command handlers: acknowledge each command of the table and show its reply on Discord. */
import { type Attachment, type ChatInputCommandInteraction, ComponentType } from 'discord.js'
import { pictureUses } from '../../../app/resolve/request-pictures.ts'
import type { StatsView } from '../../../app/views/views.ts'
import { en, type Words } from '../../../words/en.ts'
import { statsChart } from '../../charts/stats-chart.ts'
import { withFiles } from '../../chat/given-pictures.ts'
import type { CommandReply } from '../../commands/command.ts'
import { type CommandName, commands } from '../../commands/commands.ts'
import { type Message, textMessage } from '../../messages/message.ts'
import { statsCsv } from '../../messages/stats-message.ts'
import { commandNamed } from '../commands/command-definitions.ts'
import { optionName, readImagineOptions, typedOptions } from '../commands/imagine-options.ts'
import { openSettings } from '../forms/form-handlers.ts'
import { render } from '../outbound/render/render.ts'
import { givenFile, looksLikePicture } from './downloads.ts'
import { type HandlerContext, imagine } from './handler-context.ts'
import { acknowledgeAndReply, faultReply, type Reply, replyNow } from './reply.ts'
import { refusal, replyWith } from './reply-payloads.ts'
import { filledByCourier, type RequestContext } from './request-context.ts'
import { withoutIds } from './typed-prompt.ts'

/** Handles a slash command. Never rejects. */
export async function handleCommand(
  context: HandlerContext,
  requester: RequestContext,
  typed: ChatInputCommandInteraction,
): Promise<void> {
  const { words } = requester
  const parts = { ...context, words }
  const name = commandNamed(typed.commandName, typed.options.getSubcommand(false))
  if (name === undefined)
    return replyNow(typed, parts, () => render(textMessage(words.discord.replies.unknownCommand), words))
  if (commands[name].visibility === 'conversation') return inConversation(context, requester, typed, name)
  let reply: CommandReply
  try {
    reply = await run(context, requester, typed, name)
  } catch (error) {
    return replyNow(typed, parts, () => faultReply(error, words, context.log))
  }
  // A form must be the first response, and a reply that is already known needs no deferral.
  if (reply.kind === 'form') return openSettings(context, requester, typed)
  if (reply.kind === 'message') return replyNow(typed, parts, () => replyWith(reply.message, words))
  if (reply.kind === 'refused') return replyNow(typed, parts, () => refusal(reply.problems, words))
  return acknowledgeAndReply(typed, 'private', parts, () => shown(context, requester, typed, reply))
}

/** Where the bot cannot post, its response is public and becomes the result. */
function inConversation(
  context: HandlerContext,
  requester: RequestContext,
  typed: ChatInputCommandInteraction,
  name: CommandName,
): Promise<void> {
  const { answersOnly, words } = requester
  const author = answersOnly ? filledByCourier(requester) : requester
  const work = async () => shown(context, author, typed, await run(context, author, typed, name))
  return acknowledgeAndReply(typed, answersOnly ? 'public' : 'private', { ...context, words }, work)
}

function run(
  { chat }: HandlerContext,
  requester: RequestContext,
  { options }: ChatInputCommandInteraction,
  name: CommandName,
): Promise<CommandReply> {
  const typed = Object.fromEntries(
    commands[name].options.flatMap(option => {
      const value = options.get(en.commandOptions[option.name].name)?.value
      return value === undefined ? [] : [[option.name, String(value)]]
    }),
  )
  return chat.command(name, typed, requester)
}

async function shown(
  context: HandlerContext,
  requester: RequestContext,
  typed: ChatInputCommandInteraction,
  reply: CommandReply,
): Promise<Reply | undefined> {
  const { words } = requester
  switch (reply.kind) {
    case 'message':
      return replyWith(reply.message, words)
    case 'refused':
      return refusal(reply.problems, words)
    case 'paint':
      return paint(context, requester, typed)
    case 'deliver': {
      const message = await context.chat.deliveryStatus(requester, reply.deliveryId)
      return message && render(message, words)
    }
    case 'stats':
      return withChart(reply.message, reply.stats, words)
    case 'form':
      return undefined
  }
}

async function paint(
  context: HandlerContext,
  requester: RequestContext,
  command: ChatInputCommandInteraction,
): Promise<Reply | undefined> {
  const { options } = command
  const prompt = await withoutIds(options.getString(optionName('prompt')) ?? '', command)
  const given = (name: string) => options.get(name)?.value
  const files = pictureUses.flatMap(use => {
    const file = options.getAttachment(optionName(use))
    return file === null ? [] : [{ use, file }]
  })
  const fetch = async (file: Attachment) =>
    looksLikePicture(file) ? context.downloads.fetch(givenFile(file)) : { kind: 'not-a-picture' as const }
  const request = await withFiles(readImagineOptions(prompt, given), files, fetch)
  return imagine(context, requester, request, typedOptions(prompt, given))
}

/** The statistics with chart and CSV. */
async function withChart(message: Message, figures: StatsView, words: Words): Promise<Reply> {
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
