/** Answers people who write to the bot instead of typing a command: greetings, calls for help, prompts. Nothing is painted. */
import type { Message as DiscordMessage } from 'discord.js'
import type { Logger } from '../../../system/ports.ts'
import type { Words } from '../../../words/en.ts'
import { wordsFor } from '../../../words/locale.ts'
import { commandIn } from '../../chat/small-talk.ts'
import { helpMessage } from '../../commands/help.ts'
import { type Message, textMessage } from '../../messages/message.ts'
import type { Messages } from '../outbound/messages.ts'
import { render } from '../outbound/render/render.ts'

export interface MentionParts {
  messages: Messages
  log: Logger
}

export async function handleMention({ messages, log }: MentionParts, message: DiscordMessage): Promise<void> {
  const text = textToBot(message)
  if (text === undefined) return
  const words = wordsFor(message.guild?.preferredLocale)
  const answer = commandIn(text) === 'help' ? helpMessage(words) : welcome(words)
  const post = { ...render(answer, words), files: [] }
  const posted = await messages.post(message.channelId, post, { replyTo: message.id })
  if (posted.kind === 'refused') log.debug({ code: posted.code }, 'a mention could not be answered')
}

/** The text without the mention; undefined for what is not addressed to the bot, as a message that names it in passing. */
function textToBot({ author, system, content, guildId, client }: DiscordMessage): string | undefined {
  if (author.bot || system) return undefined
  const text = content.replace(new RegExp(`^\\s*<@!?${client.user.id}>`), '')
  if (guildId !== null && text === content) return undefined
  return text.trim()
}

function welcome(words: Words): Message {
  return textMessage(words.discord.replies.mention, [...words.help.examples])
}
