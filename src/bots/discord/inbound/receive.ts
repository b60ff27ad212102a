/** Dispatches every interaction to its handler, which makes one call of app/ and replies to the person who acted. */
import type {
  AutocompleteInteraction,
  Interaction,
  Message,
  MessageContextMenuCommandInteraction,
} from 'discord.js'
import type { Easel } from '../../../app/easel.ts'
import type { Config } from '../../../config/config.ts'
import type { Clock, Ids, Logger } from '../../../system/ports.ts'
import { en } from '../../../words/en.ts'
import { Chat } from '../../chat/chat.ts'
import { aspects } from '../../chat/paint-form.ts'
import { textMessage } from '../../messages/message.ts'
import { shortcutNamed } from '../commands/command-definitions.ts'
import { type OptionKey, optionName } from '../commands/imagine-options.ts'
import { handleSubmission } from '../forms/form-handlers.ts'
import type { ButtonTokens } from '../outbound/button-tokens.ts'
import type { DiscordCourier } from '../outbound/courier.ts'
import type { FirstMessageTracker } from '../outbound/first-message-tracker.ts'
import type { Messages } from '../outbound/messages.ts'
import { render } from '../outbound/render/render.ts'
import { type AutocompleteChoice, choicesFor, choicesForLast, pictureChoices } from './autocomplete.ts'
import { handleButton } from './button-handlers.ts'
import { handleCommand } from './command-handlers.ts'
import { Downloads } from './downloads.ts'
import type { HandlerContext } from './handler-context.ts'
import { handleMention } from './mention-handler.ts'
import { type AnswerableInteraction, acknowledgeAndReply, attempt, faultReply, replyNow } from './reply.ts'
import { type RequestContext, requestContextOf } from './request-context.ts'
import { replyWithPictureInfo, startFromMessage } from './shortcut-handlers.ts'

export interface ReceiveParts {
  easel: Easel
  config: Config
  clock: Clock
  ids: Ids
  log: Logger
  courier: DiscordCourier
  firstMessages: FirstMessageTracker
  buttonTokens: ButtonTokens
  messages: Messages
}

/** `idle` resolves when nothing is being handled. */
export interface Receiver {
  /** Handles an interaction and never throws. */
  take(interaction: Interaction): void
  /** Answers a message to the bot and never throws. */
  answer(message: Message): void
  idle(): Promise<void>
}

export function receive(parts: ReceiveParts): Receiver {
  const context: HandlerContext = {
    ...parts,
    downloads: new Downloads(parts.config.discord.apiUrl, parts.clock),
    chat: new Chat({
      ...parts,
      maxCount: parts.config.limits.maxCount,
      prefix: '/',
      platform: 'discord',
    }),
  }
  const underway = new Set<Promise<void>>()
  const track = (handled: Promise<void>) => {
    const work = handled
      .catch((error: unknown) => context.log.error({ problem: String(error) }, 'an event was not dealt with'))
      .finally(() => underway.delete(work))
    underway.add(work)
  }
  return {
    take: interaction => track(handleInteraction(context, interaction)),
    answer: message => track(handleMention(parts, message)),
    async idle() {
      while (underway.size > 0) await Promise.all(underway)
    },
  }
}

async function handleInteraction(context: HandlerContext, interaction: Interaction): Promise<void> {
  if (interaction.isAutocomplete()) return complete(context, interaction)
  const requester = requestContextOf(interaction, context.clock)
  const handled = handlerOf(context, requester, interaction)
  // A fault before the first response, such as a form that cannot be stored, becomes that response.
  if (handled)
    await handled.work.catch((error: unknown) => {
      const { words } = requester
      return replyNow(handled.answers, { ...context, words }, () => faultReply(error, words, context.log))
    })
}

/** The work on an interaction, and the interaction by which its person is answered. */
function handlerOf(
  context: HandlerContext,
  requester: RequestContext,
  interaction: Interaction,
): { answers: AnswerableInteraction; work: Promise<void> } | undefined {
  const of = (answers: AnswerableInteraction, work: Promise<void>) => ({ answers, work })
  if (interaction.isChatInputCommand()) return of(interaction, handleCommand(context, requester, interaction))
  if (interaction.isMessageContextMenuCommand())
    return of(interaction, shortcut(context, requester, interaction))
  if (interaction.isButton()) return of(interaction, handleButton(context, requester, interaction))
  if (interaction.isModalSubmit()) return of(interaction, handleSubmission(context, requester, interaction))
  return undefined
}

async function shortcut(
  context: HandlerContext,
  requester: RequestContext,
  used: MessageContextMenuCommandInteraction,
): Promise<void> {
  const { words } = requester
  const parts = { ...context, words }
  switch (shortcutNamed(used.commandName)) {
    case 'useAsSource':
      return startFromMessage(context, requester, used)
    case 'imageInfo':
      return acknowledgeAndReply(used, 'private', parts, () => replyWithPictureInfo(context, requester, used))
    default:
      return replyNow(used, parts, () => render(textMessage(words.discord.replies.unknownCommand), words))
  }
}

async function complete(context: HandlerContext, typing: AutocompleteInteraction): Promise<void> {
  const { name, value } = typing.options.getFocused(true)
  const requester = requestContextOf(typing, context.clock)
  await attempt(context.log, () => typing.respond(choicesOf(context, requester, name, value)))
}

/** The number of newest messages that are searched for what was typed. */
const ownPictures = 100

function choicesOf(
  { easel, clock }: HandlerContext,
  { caller, words }: RequestContext,
  option: string,
  typed: string,
): AutocompleteChoice[] {
  const is = (key: OptionKey) => option === optionName(key)
  if (is('picture') || option === en.commandOptions.id.name)
    return pictureChoices(typed, easel.ownDone(caller.person, ownPictures), words, clock.now())
  if (is('model'))
    return choicesFor(
      typed,
      easel.models().map(({ name }) => name),
    )
  if (is('sampler')) return choicesFor(typed, easel.samplers())
  if (is('lora')) return choicesForLast(typed, easel.fileNames('lora'))
  if (is('style')) return choicesFor(typed, easel.styles())
  if (is('control')) return choicesFor(typed, easel.fileNames('controlnet'))
  if (is('imagePrompt')) return choicesFor(typed, easel.fileNames('ip-adapter'))
  return is('aspect') ? choicesFor(typed, aspects) : []
}
