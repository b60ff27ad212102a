/** Outcome → reply to the person who asked, if any: what everybody sees is the courier's. */
import { ButtonStyle, ComponentType } from 'discord.js'
import type { ActOutcome } from '../../../app/easel.ts'
import type { Problem } from '../../../app/problems.ts'
import type { Words } from '../../../words/en.ts'
import { infoMessage } from '../../messages/command-messages.ts'
import { problemSentences, shortened } from '../../messages/job-message.ts'
import { type Message, textMessage } from '../../messages/message.ts'
import { ownId } from '../outbound/custom-id.ts'
import { render } from '../outbound/render.ts'
import type { Reply } from './reply.ts'

const shownPrompts = 10
/** Beyond this it would crowd out the reasons. */
const longestCopied = 1000
const typedFile = 'prompt.txt'

/** `pendingId` names the request that waits for the person's yes. */
export function outcomeReply(
  outcome: ActOutcome,
  words: Words,
  { pendingId, typed }: { pendingId: string; typed: string },
): Reply | undefined {
  const { replies } = words.discord
  switch (outcome.kind) {
    case 'accepted': {
      const [first, ...more] = problemSentences(outcome.notices, words)
      return first === undefined ? undefined : { ...render(textMessage(first, more), words), beside: true }
    }
    case 'duplicate':
      return undefined
    case 'refused':
      return refusal(outcome.problems, words, typed)
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

/** Every reason, and what was typed, to be mended and sent again. */
export function refusal(problems: readonly Problem[], words: Words, typed = ''): Reply {
  const [first = '', ...more] = problemSentences(problems, words)
  return replyWithTypedText(textMessage(first, more), words, typed)
}

/** The message with what somebody typed, to be copied; as a file where it is too long for that. */
export function replyWithTypedText(message: Message, words: Words, typed: string): Reply {
  if (typed.trim() === '') return render(message, words)
  if (typed.length <= longestCopied && !typed.includes('```'))
    return render({ ...message, command: typed }, words)
  const { components, ...rest } = render(message, words)
  return {
    ...rest,
    components: [...components, { type: ComponentType.File, file: { url: `attachment://${typedFile}` } }],
    files: [{ name: typedFile, attachment: Buffer.from(typed) }],
  }
}

/** Asks with one button, for the person alone. */
export function question(
  title: string,
  lines: string[],
  button: { id: string; label: string; style: ButtonStyle.Primary | ButtonStyle.Danger },
  words: Words,
): Reply {
  const { components, ...rest } = render(textMessage(title, lines), words)
  const { id, label, style } = button
  return {
    ...rest,
    components: [
      ...components,
      {
        type: ComponentType.ActionRow,
        components: [{ type: ComponentType.Button, custom_id: id, label, style }],
      },
    ],
  }
}

function confirmation(prompts: readonly string[], words: Words, pendingId: string): Reply {
  const { confirm } = words.discord
  const shown = prompts.slice(0, shownPrompts).map((prompt, i) => `${i + 1}. ${shortened(prompt, 200)}`)
  if (prompts.length > shownPrompts) shown.push(confirm.more(prompts.length - shownPrompts))
  const id = ownId('confirm', pendingId)
  const label = confirm.yes(prompts.length)
  return question(confirm.title(prompts.length), shown, { id, label, style: ButtonStyle.Primary }, words)
}
