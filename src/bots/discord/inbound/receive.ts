/** Every interaction of Discord → one call of app/; what it says to the one who acted goes back as the answer. */
import {
  type AutocompleteInteraction,
  type ChatInputCommandInteraction,
  type Client,
  Events,
  type Interaction,
  type MessageContextMenuCommandInteraction,
} from 'discord.js'
import type { Easel } from '../../../app/easel.ts'
import { problem } from '../../../app/problems.ts'
import type { Config } from '../../../config.ts'
import type { Clock, Ids, Logger } from '../../../ports.ts'
import { textMessage } from '../../messages/message.ts'
import { answer, answerNow, attempt, type Said } from './reply.ts'
import { type Choice, choicesFor } from './autocomplete.ts'
import { type Asker, askerOf, filledByCourier } from './request-context.ts'
import { commandNamed, shortcutNamed } from '../commands/command-definitions.ts'
import type { DiscordCourier } from '../outbound/courier.ts'
import { type Desk, imagine } from './handler-context.ts'
import { Downloads, givenFile, looksLikePicture } from './downloads.ts'
import { openSettings, submitted } from '../forms/form-handlers.ts'
import { type OptionKey, optionName, pictureOptions, readImagineOptions } from '../commands/imagine-options.ts'
import type { Openings } from '../outbound/first-message-tracker.ts'
import { givingBack, refusal } from './outcome-replies.ts'
import { aspects } from '../forms/paint-form.ts'
import { Pending } from './pending-requests.ts'
import { withPictures } from './given-pictures.ts'
import { press } from './button-handlers.ts'
import { render } from '../outbound/render.ts'
import { startFromMessage, tellOfMessage } from './shortcut-handlers.ts'
import { knownAnswer, show, stats } from './command-handlers.ts'

export interface ReceiveParts {
  easel: Easel
  config: Config
  clock: Clock
  ids: Ids
  log: Logger
  courier: DiscordCourier
  openings: Openings
}

/** `idle` resolves when nothing that came in is still being dealt with. */
export interface Receiver {
  idle(): Promise<void>
}

export function receive(client: Client, parts: ReceiveParts): Receiver {
  const desk: Desk = {
    ...parts,
    downloads: new Downloads(parts.config.discord.apiUrl),
    requests: new Pending(),
    sources: new Pending(),
  }
  const underway = new Set<Promise<void>>()
  client.on(Events.InteractionCreate, interaction => {
    const work = dealWith(desk, interaction)
      .catch((error: unknown) =>
        desk.log.error({ problem: String(error) }, 'an interaction was not dealt with'),
      )
      .finally(() => underway.delete(work))
    underway.add(work)
  })
  return {
    async idle() {
      while (underway.size > 0) await Promise.all(underway)
    },
  }
}

async function dealWith(desk: Desk, interaction: Interaction): Promise<void> {
  if (interaction.isAutocomplete()) return complete(desk, interaction)
  const asker = askerOf(interaction, desk.clock)
  if (interaction.isChatInputCommand()) return command(desk, asker, interaction)
  if (interaction.isMessageContextMenuCommand()) return shortcut(desk, asker, interaction)
  if (interaction.isButton()) return press(desk, asker, interaction)
  if (interaction.isModalSubmit()) return submitted(desk, asker, interaction)
}

async function command(desk: Desk, asker: Asker, typed: ChatInputCommandInteraction): Promise<void> {
  const { words } = asker
  const parts = { words, log: desk.log }
  const key = commandNamed(typed.commandName)
  switch (key) {
    case 'imagine':
      return inConversation(desk, asker, typed, who => paint(desk, who, typed))
    case 'show':
      return inConversation(desk, asker, typed, who => show(desk, who, typed))
    case 'stats':
      return answer(typed, 'private', parts, () => stats(desk, asker, typed))
    case 'settings':
      return openSettings(desk, asker, typed)
    case 'queue':
    case 'usage':
    case 'models':
    case 'help':
    case 'forget':
      return answerNow(typed, parts, () => knownAnswer(desk, asker, key))
    default:
      return answerNow(typed, parts, () => render(textMessage(words.discord.said.unknownCommand), words))
  }
}

/** Where the bot cannot post by itself, its answer is public and becomes the result. */
function inConversation(
  { log }: Desk,
  asker: Asker,
  typed: ChatInputCommandInteraction,
  work: (asker: Asker) => Promise<Said>,
): Promise<void> {
  const parts = { words: asker.words, log }
  return asker.answersOnly
    ? answer(typed, 'public', parts, () => work(filledByCourier(asker)))
    : answer(typed, 'private', parts, () => work(asker))
}

async function paint(desk: Desk, asker: Asker, { options }: ChatInputCommandInteraction): Promise<Said> {
  const { words } = asker
  const typed = options.getString(optionName('prompt')) ?? ''
  const read = readImagineOptions(typed, name => options.get(name)?.value)
  if (read.kind === 'refused') return refusal(read.problems, words, typed)
  const files = pictureOptions.map(key => [key, options.getAttachment(optionName(key))] as const)
  if (files.some(([, file]) => file !== null && !looksLikePicture(file)))
    return refusal([problem('picture-refused', { problem: { what: 'not-a-picture' } })], words, typed)
  const given = Object.fromEntries(files.flatMap(([key, file]) => (file ? [[key, givenFile(file)]] : [])))
  const completed = await withPictures(desk, read.request, given, words)
  if (completed.kind === 'refused') return givingBack(textMessage(completed.sentence), words, typed)
  return imagine(desk, asker, completed.request, typed)
}

async function shortcut(desk: Desk, asker: Asker, used: MessageContextMenuCommandInteraction): Promise<void> {
  const { words } = asker
  const parts = { words, log: desk.log }
  switch (shortcutNamed(used.commandName)) {
    case 'useAsSource':
      return startFromMessage(desk, asker, used)
    case 'imageInfo':
      return answer(used, 'private', parts, () => tellOfMessage(desk, asker, used))
    default:
      return answerNow(used, parts, () => render(textMessage(words.discord.said.unknownCommand), words))
  }
}

async function complete(desk: Desk, typing: AutocompleteInteraction): Promise<void> {
  const { name, value } = typing.options.getFocused(true)
  await attempt(desk.log, () => typing.respond(choicesOf(desk, name, value)))
}

function choicesOf({ easel }: Desk, option: string, typed: string): Choice[] {
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
