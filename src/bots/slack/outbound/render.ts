/** Neutral message → Slack blocks. Pure. Whatever people wrote goes into text that Slack does not read as markup. */
import type { ImageBlock, KnownBlock, RichTextBlock, Button as SlackButton } from '@slack/types'
import type { Words } from '../../../words/en.ts'
import { type Button, encodeButtonId } from '../../messages/buttons.ts'
import { shortened } from '../../messages/job-message.ts'
import type { Message } from '../../messages/message.ts'

/** What every message is sent with: blocks to read, and the text of its notification. */
export interface Payload {
  text: string
  blocks: KnownBlock[]
}

/** Where a message's pictures lie on Slack, by picture id. */
export type SlackFiles = ReadonlyMap<string, string>

// docs.slack.dev: a section holds 3,000 characters, alt text and image titles 2,000, a button's label 75.
const longestTitle = 2900
const longestLines = 2900
const longestAltText = 2000
const longestLabel = 75
/** Above this the blocks of one message become too long for Slack as a whole (about 13,000 characters). */
const longestCommand = 8000
/** A notification shows little more than this. */
const longestNotification = 300
/** A few short lines are set small, under the title; more are text. */
const smallLines = 3

export interface RenderOptions {
  /** The pictures that Slack can show in blocks; the others are left to a message of their own. */
  files?: SlackFiles
  /** Where the message with the picture is that this one comes from. */
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

/** `& < >` are all that Slack's markup is made of (docs.slack.dev/messaging/formatting-message-text). */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Text as it is: nothing in it is markup, a mention or a link. */
export function richText(text: string, bold = false): RichTextBlock {
  const element = bold ? { type: 'text' as const, text, style: { bold } } : { type: 'text' as const, text }
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [element] }] }
}

/** For people who see only a line: the title, escaped because this text alone is read as markup. */
function notification({ title, origin, lines }: Message): string {
  const parts = [title, origin ?? lines[0]].filter(part => part !== undefined)
  return escaped(shortened(parts.join(' · '), longestNotification))
}

/** The one line that may be a link: its words and its address are ours. */
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

/** Lines joined into texts of a length that one block can hold. */
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

/** In a block that Slack offers to copy, whatever the text holds. */
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
