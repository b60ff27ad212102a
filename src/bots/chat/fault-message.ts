/** Converts a fault to a message for the person who acted, and logs it, because no fault is expected. */
import { toAppError } from '../../errors/errors.ts'
import type { Logger } from '../../system/ports.ts'
import { chatErrorSentence, type Words } from '../../words/en.ts'
import { type Message, textMessage } from '../messages/message.ts'

export function faultMessage(error: unknown, words: Words, log: Logger): Message {
  const fault = toAppError(error)
  log.error({ code: fault.code, problem: fault.message }, 'a request failed')
  return textMessage(chatErrorSentence(words, fault))
}

/** The fault's message in the format of a platform. */
export function faultReplies<Payload>(
  render: (message: Message, words: Words) => Payload,
): (error: unknown, words: Words, log: Logger) => Payload {
  return (error, words, log) => render(faultMessage(error, words, log), words)
}
