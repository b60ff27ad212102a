/** Every interaction of Discord → one call of app/; what it says to the one who acted goes back as the answer. */
import type {
  AutocompleteInteraction,
  ChatInputCommandInteraction,
  Interaction,
  MessageContextMenuCommandInteraction,
} from 'discord.js'
import type { Easel } from '../../../app/easel.ts'
import { problem } from '../../../app/problems.ts'
import type { Config } from '../../../config.ts'
import type { Clock, Ids, Logger } from '../../../ports.ts'
import { textMessage } from '../../messages/message.ts'
import { commandNamed, shortcutNamed } from '../commands/command-definitions.ts'
import {
  type OptionKey,
  optionName,
  pictureOptions,
  readImagineOptions,
} from '../commands/imagine-options.ts'
import { handleSubmission, openSettings } from '../forms/form-handlers.ts'
import { aspects } from '../forms/paint-form.ts'
import type { DiscordCourier } from '../outbound/courier.ts'
import type { FirstMessageTracker } from '../outbound/first-message-tracker.ts'
import { render } from '../outbound/render.ts'
import { type Choice, choicesFor } from './autocomplete.ts'
import { handleButton } from './button-handlers.ts'
import { immediateReply, show, stats } from './command-handlers.ts'
import { Downloads, givenFile, looksLikePicture } from './downloads.ts'
import { withPictures } from './given-pictures.ts'
import { type HandlerContext, imagine } from './handler-context.ts'
import { refusal, replyWithTypedText } from './outcome-replies.ts'
import { Pending } from './pending-requests.ts'
import { acknowledgeAndReply, attempt, type Reply, replyNow } from './reply.ts'
import { filledByCourier, type RequestContext, requestContextOf } from './request-context.ts'
import { startFromMessage, tellOfMessage } from './shortcut-handlers.ts'

export interface ReceiveParts {
  easel: Easel
  config: Config
  clock: Clock
  ids: Ids
  log: Logger
  courier: DiscordCourier
  firstMessages: FirstMessageTracker
}

/** `idle` resolves when nothing that came in is still being dealt with. */
export interface Receiver {
  /** Deals with an interaction and never throws. */
  take(interaction: Interaction): void
  idle(): Promise<void>
}

export function receive(parts: ReceiveParts): Receiver {
  const context: HandlerContext = {
    ...parts,
    downloads: new Downloads(parts.config.discord.apiUrl),
    requests: new Pending(),
    sources: new Pending(),
  }
  const underway = new Set<Promise<void>>()
  const take = (interaction: Interaction) => {
    const work = handleInteraction(context, interaction)
      .catch((error: unknown) =>
        context.log.error({ problem: String(error) }, 'an interaction was not dealt with'),
      )
      .finally(() => underway.delete(work))
    underway.add(work)
  }
  return {
    take,
    async idle() {
      while (underway.size > 0) await Promise.all(underway)
    },
  }
}

async function handleInteraction(context: HandlerContext, interaction: Interaction): Promise<void> {
  if (interaction.isAutocomplete()) return complete(context, interaction)
  const requester = requestContextOf(interaction, context.clock)
  if (interaction.isChatInputCommand()) return command(context, requester, interaction)
  if (interaction.isMessageContextMenuCommand()) return shortcut(context, requester, interaction)
  if (interaction.isButton()) return handleButton(context, requester, interaction)
  if (interaction.isModalSubmit()) return handleSubmission(context, requester, interaction)
}

async function command(
  context: HandlerContext,
  requester: RequestContext,
  typed: ChatInputCommandInteraction,
): Promise<void> {
  const { words } = requester
  const parts = { words, log: context.log }
  const key = commandNamed(typed.commandName)
  switch (key) {
    case 'imagine':
      return inConversation(context, requester, typed, who => paint(context, who, typed))
    case 'show':
      return inConversation(context, requester, typed, who => show(context, who, typed))
    case 'stats':
      return acknowledgeAndReply(typed, 'private', parts, () => stats(context, requester, typed))
    case 'settings':
      return openSettings(context, requester, typed)
    case 'queue':
    case 'usage':
    case 'models':
    case 'help':
    case 'forget':
      return replyNow(typed, parts, () => immediateReply(context, requester, key))
    default:
      return replyNow(typed, parts, () => render(textMessage(words.discord.replies.unknownCommand), words))
  }
}

/** Where the bot cannot post by itself, its answer is public and becomes the result. */
function inConversation(
  { log }: HandlerContext,
  requester: RequestContext,
  typed: ChatInputCommandInteraction,
  work: (requester: RequestContext) => Promise<Reply | undefined>,
): Promise<void> {
  const parts = { words: requester.words, log }
  return requester.answersOnly
    ? acknowledgeAndReply(typed, 'public', parts, () => work(filledByCourier(requester)))
    : acknowledgeAndReply(typed, 'private', parts, () => work(requester))
}

async function paint(
  context: HandlerContext,
  requester: RequestContext,
  { options }: ChatInputCommandInteraction,
): Promise<Reply | undefined> {
  const { words } = requester
  const typed = options.getString(optionName('prompt')) ?? ''
  const read = readImagineOptions(typed, name => options.get(name)?.value)
  if (read.kind === 'refused') return refusal(read.problems, words, typed)
  const files = pictureOptions.map(key => [key, options.getAttachment(optionName(key))] as const)
  if (files.some(([, file]) => file !== null && !looksLikePicture(file)))
    return refusal([problem('picture-refused', { problem: { what: 'not-a-picture' } })], words, typed)
  const given = Object.fromEntries(files.flatMap(([key, file]) => (file ? [[key, givenFile(file)]] : [])))
  const completed = await withPictures(context, read.request, given, words)
  if (completed.kind === 'refused') return replyWithTypedText(textMessage(completed.sentence), words, typed)
  return imagine(context, requester, completed.request, typed)
}

async function shortcut(
  context: HandlerContext,
  requester: RequestContext,
  used: MessageContextMenuCommandInteraction,
): Promise<void> {
  const { words } = requester
  const parts = { words, log: context.log }
  switch (shortcutNamed(used.commandName)) {
    case 'useAsSource':
      return startFromMessage(context, requester, used)
    case 'imageInfo':
      return acknowledgeAndReply(used, 'private', parts, () => tellOfMessage(context, requester, used))
    default:
      return replyNow(used, parts, () => render(textMessage(words.discord.replies.unknownCommand), words))
  }
}

async function complete(context: HandlerContext, typing: AutocompleteInteraction): Promise<void> {
  const { name, value } = typing.options.getFocused(true)
  await attempt(context.log, () => typing.respond(choicesOf(context, name, value)))
}

function choicesOf({ easel }: HandlerContext, option: string, typed: string): Choice[] {
  const is = (key: OptionKey) => option === optionName(key)
  if (is('model'))
    return choicesFor(
      typed,
      easel.models().map(({ name }) => name),
    )
  if (is('sampler')) return choicesFor(typed, easel.samplers())
  if (is('style')) return choicesFor(typed, easel.styles())
  return is('aspect') ? choicesFor(typed, aspects) : []
}
