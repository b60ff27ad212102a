/** Replies to messages to the bot that are no commands: greetings, requests for help, prompts. Nothing is painted. */
import type { Message as DiscordMessage } from 'discord.js'
import { hasCode, toAppError } from '../../../errors/errors.ts'
import type { Clock, Logger } from '../../../system/ports.ts'
import type { Words } from '../../../words/en.ts'
import { wordsFor } from '../../../words/locale.ts'
import { commandIn } from '../../chat/small-talk.ts'
import { helpMessage } from '../../commands/help.ts'
import { type Message, textMessage } from '../../messages/message.ts'
import type { Messages } from '../outbound/messages.ts'
import { render } from '../outbound/render/render.ts'

export interface MentionParts {
  messages: Messages
  clock: Clock
  log: Logger
}

/** The maximum wait for rate limits. A later reply is of no use. */
const maxWaitMs = 10_000

/** Replies to a message. Does not reject if Discord is busy or unreachable, because only the reply is lost. */
export async function handleMention(parts: MentionParts, message: DiscordMessage): Promise<void> {
  const { messages, log } = parts
  const text = textToBot(message)
  if (text === undefined) return
  const words = wordsFor(message.guild?.preferredLocale)
  const answer = commandIn(text) === 'help' ? helpMessage(words) : welcome(words)
  const post = { ...render(answer, words), files: [] }
  try {
    const send = () => messages.post(message.channelId, post, { replyTo: message.id })
    const posted = await afterRateLimit(parts, send)
    if (posted.kind === 'refused') log.debug({ code: posted.code }, 'a mention could not be answered')
  } catch (error) {
    const fault = toAppError(error)
    if (!fault.retryable) throw error
    log.debug({ code: fault.code }, 'a mention could not be answered')
  }
}

/** Sends after the wait of a rate limit, if there is one. @throws as `send`. */
async function afterRateLimit<T>({ clock }: MentionParts, send: () => Promise<T>): Promise<T> {
  const untilMs = clock.monotonicMs() + maxWaitMs
  for (;;) {
    try {
      return await send()
    } catch (error) {
      if (!hasCode(error, 'platform-busy')) throw error
      const { retryAfterMs } = error.details
      if (clock.monotonicMs() + retryAfterMs > untilMs) throw error
      await new Promise<void>(resolve => {
        clock.after(retryAfterMs, resolve)
      })
    }
  }
}

/** The text without the mention; undefined if the message is not addressed to the bot, for example if it only names the bot. */
function textToBot({ author, system, content, guildId, client }: DiscordMessage): string | undefined {
  if (author.bot || system) return undefined
  const text = content.replace(new RegExp(`^\\s*<@!?${client.user.id}>`), '')
  if (guildId !== null && text === content) return undefined
  return text.trim()
}

function welcome(words: Words): Message {
  return textMessage(words.discord.replies.mention, [...words.help.examples])
}
