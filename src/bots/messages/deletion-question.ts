/** The question to the person who pressed Delete. */
import type { Words } from '../../words/en.ts'
import { type Message, textMessage } from './message.ts'

export function deletionQuestion(jobId: string, words: Words): Message {
  const { title, text, yes } = words.chat.deletion
  const button = { action: 'confirm-delete', targetId: jobId, label: yes, style: 'danger' } as const
  return { ...textMessage(title, [text]), buttons: [[button]] }
}
