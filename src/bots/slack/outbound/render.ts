/** Renders a neutral message as Slack blocks. Pure. User text is placed in text that Slack does not parse as markup. */
import type { ImageBlock, KnownBlock, RichTextBlock, Button as SlackButton } from '@slack/types'
import type { Words } from '../../../words/en.ts'
import { type Button, encodeButtonId } from '../../messages/buttons.ts'
import { shortened } from '../../messages/job-message.ts'
import type { Message } from '../../messages/message.ts'

/** The payload of every message: blocks, and the text of its notification. */
export interface Payload {
  text: string
  blocks: KnownBlock[]
}

/** Slack file ids by picture id. */
export type SlackFiles = ReadonlyMap<string, string>

// docs.slack.dev: a section has at most 3,000 characters, alt text and image titles 2,000, a button's label 75.
const longestTitle = 2900
const longestLines = 2900
const longestAltText = 2000
const longestLabel = 75
/** Longer commands would exceed Slack's limit for all blocks of a message (about 13,000 characters). */
const longestCommand = 8000
/** Notifications show little more than this. */
const longestNotification = 300
/** Up to this many short lines are small print under the title; more lines are text. */
const smallLines = 3

export interface RenderOptions {
  /** The pictures that Slack can show in blocks; other pictures are in a separate message. */
  files?: SlackFiles
  /** The URL of the message with the source picture. */
  parentUrl?: string | undefined
}

export function render(message: Message, words: Words, options: RenderOptions = {}): Payload {
  const { files = new Map(), parentUrl } = options
  const blocks: KnownBlock[] = [
    richText(shortened(message.title, longestTitle), true),
    ...originOf(message, parentUrl),
    ...linesOf(message),
    ...message.pictures.flatMap(({ picture, altText }) => {
      const fileId = files.get(picture.id)
      const title = message.pictures.length > 1 ? String(picture.index + 1) : undefined
      return fileId === undefined ? [] : [imageOf(fileId, altText, title)]
    }),
    ...commandOf(message.command, words),
    ...message.buttons.map(row => ({ type: 'actions' as const, elements: row.map(buttonOf) })),
  ]
  return { text: notification(message), blocks }
}

/** Slack's markup consists of `& < >` only (docs.slack.dev/messaging/formatting-message-text). */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Literal text without markup, mentions and links. */
export function richText(text: string, bold = false): RichTextBlock {
  const element = bold ? { type: 'text' as const, text, style: { bold } } : { type: 'text' as const, text }
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [element] }] }
}

/** The notification: the title, escaped because Slack parses this text as markup. */
function notification({ title, origin, lines }: Message): string {
  const parts = [title, origin ?? lines[0]].filter(part => part !== undefined)
  return escaped(shortened(parts.join(' · '), longestNotification))
}

/** The only line that may be a link; its text and URL come from Easel. */
function originOf({ origin }: Message, parentUrl: string | undefined): KnownBlock[] {
  if (origin === undefined) return []
  const text = parentUrl === undefined ? escaped(origin) : `<${parentUrl}|${escaped(origin)}>`
  return [{ type: 'context', elements: [{ type: 'mrkdwn', text, verbatim: true }] }]
}

function linesOf({ lines, progress }: Message): KnownBlock[] {
  const shown = progress === undefined ? lines : [barOf(progress), ...lines]
  const text = shown.join('\n')
  if (text === '') return []
  if (shown.length > smallLines || text.length > longestLines)
    return chunks(shown).map(chunk => richText(chunk))
  return [{ type: 'context', elements: [{ type: 'plain_text', text, emoji: false }] }]
}

/** Joins lines into texts that fit in one block. */
function chunks(lines: readonly string[]): string[] {
  const result: string[] = []
  for (const line of lines.map(whole => shortened(whole, longestLines))) {
    const last = result.at(-1)
    if (last === undefined || last.length + line.length + 1 > longestLines) result.push(line)
    else result[result.length - 1] = `${last}\n${line}`
  }
  return result
}

const barLength = 20

function barOf({ step, steps }: { step: number; steps: number }): string {
  const filled = steps === 0 ? 0 : Math.round((step / steps) * barLength)
  return '▰'.repeat(filled) + '▱'.repeat(barLength - filled)
}

function imageOf(fileId: string, altText: string, title: string | undefined): ImageBlock {
  return {
    type: 'image',
    slack_file: { id: fileId },
    alt_text: shortened(altText, longestAltText),
    ...(title === undefined ? {} : { title: { type: 'plain_text', text: title, emoji: false } }),
  }
}

/** The command in a preformatted block, for any text. */
function commandOf(command: string | undefined, words: Words): KnownBlock[] {
  if (command === undefined) return []
  if (command.length > longestCommand) return [richText(words.chat.replies.commandTooLong)]
  return [
    {
      type: 'rich_text',
      elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: command }] }],
    },
  ]
}

function buttonOf(button: Button): SlackButton {
  const id = encodeButtonId(button)
  return {
    type: 'button',
    text: { type: 'plain_text', text: shortened(button.label, longestLabel), emoji: false },
    action_id: id,
    value: id,
    ...(button.style === 'plain' ? {} : { style: button.style }),
  }
}
