/** Outcome → reply to the person who asked, if any: what everybody sees is the courier's. */
import type { ActOutcome } from '../../../app/easel.ts'
import type { Words } from '../../../words/en.ts'
import { infoMessage } from '../../messages/command-messages.ts'
import { problemSentences, shortened } from '../../messages/job-message.ts'
import { textMessage } from '../../messages/message.ts'
import { type Payload, render } from '../outbound/render.ts'

export const confirmPrefix = 'confirm:'
const shownPrompts = 10

/** `pendingId` names the request that waits for the person's yes. */
export function outcomeReply(outcome: ActOutcome, words: Words, pendingId: string): Payload | undefined {
  const { replies } = words.slack
  switch (outcome.kind) {
    case 'accepted': {
      const [first, ...more] = problemSentences(outcome.notices, words)
      return first === undefined ? undefined : render(textMessage(first, more), words)
    }
    case 'duplicate':
      return undefined
    case 'refused': {
      const [first = replies.unknownButton, ...more] = problemSentences(outcome.problems, words)
      return render(textMessage(first, more), words)
    }
    case 'confirm':
      return confirmation(outcome.prompts, words, pendingId)
    case 'info':
      return render(infoMessage(outcome.job, outcome.picture, words), words)
    case 'cancelled':
      return render(textMessage(replies.cancelled), words)
    case 'deleted':
      return render(textMessage(replies.deleted), words)
  }
}

function confirmation(prompts: readonly string[], words: Words, pendingId: string): Payload {
  const { confirm } = words.slack
  const shown = prompts.slice(0, shownPrompts).map((prompt, i) => `${i + 1}. ${shortened(prompt, 200)}`)
  if (prompts.length > shownPrompts) shown.push(confirm.more(prompts.length - shownPrompts))
  const { text, blocks } = render(textMessage(confirm.title(prompts.length), shown), words)
  const id = `${confirmPrefix}${pendingId}`
  return {
    text,
    blocks: [
      ...blocks,
      {
        type: 'actions',
        elements: [
          {
            type: 'button',
            text: { type: 'plain_text', text: confirm.yes(prompts.length), emoji: false },
            action_id: id,
            value: id,
            style: 'primary',
          },
        ],
      },
    ],
  }
}
