/** Renders a neutral message as Slack blocks. Pure. User text is placed in text that Slack does not parse as markup. */
import type {
  ConfirmationDialog,
  ImageBlock,
  KnownBlock,
  RichTextBlock,
  RichTextElement,
  SectionBlock,
  Button as SlackButton,
} from '@slack/types'
import type { Words } from '../../../words/en.ts'
import { inUtc, partsOf, utc } from '../../../words/moment.ts'
import { type Button, encodeButtonId } from '../../messages/buttons.ts'
import { shorten } from '../../messages/job-message.ts'
import { linesOf, type Message, progressBar } from '../../messages/message.ts'

/** The payload of every message: blocks, and the text of its notification. */
export interface Payload {
  text: string
  blocks: KnownBlock[]
}

/** Slack file ids by picture id. */
export type SlackFiles = ReadonlyMap<string, string>

// docs.slack.dev: a section has at most 3,000 characters, alt text and image titles 2,000, a button's label 75.
const maxTitleCharacters = 2900
const maxLinesCharacters = 2900
const maxAltTextCharacters = 2000
const maxLabelCharacters = 75
/** The limit of all texts of a message: Slack took 9,597 characters and refused 11,341 (bolt-js #2867). The rest is for buttons. */
const maxMessageCharacters = 9000
/** The longest command in a message of its own. */
export const maxCommandCharacters = 8000
/** Notifications show little more than this. */
const maxNotificationCharacters = 300
/** Up to this many short lines are small print under the title; more lines are text. */
const maxSmallLines = 3

export interface RenderOptions {
  /** The pictures that Slack can show in blocks; other pictures are in a separate message. */
  files?: SlackFiles
  /** The URL of the message with the source picture. */
  parentUrl?: string | undefined
  /** The user who is named first, which notifies them. */
  mention?: string | undefined
  /** A small picture beside the title: a file that Slack can show. */
  thumbnail?: { fileId: string; altText: string } | undefined
}

export function render(message: Message, words: Words, options: RenderOptions = {}): Payload {
  const { files = new Map(), parentUrl, mention, thumbnail } = options
  const title = shorten(message.title, maxTitleCharacters)
  const lines = fittingLines(linesIn(message), maxMessageCharacters - title.length)
  const room = maxMessageCharacters - title.length - lengthOf(lines)
  const blocks: KnownBlock[] = [
    thumbnail === undefined ? titleOf(title, mention) : beside(title, thumbnail),
    ...originOf(message, parentUrl),
    ...linesBlocks(lines),
    ...message.pictures.flatMap(({ picture, altText }) => {
      const fileId = files.get(picture.id)
      const title = message.pictures.length > 1 ? String(picture.index + 1) : undefined
      return fileId === undefined ? [] : [imageOf(fileId, altText, title)]
    }),
    ...commandOf(message.command, words, room),
    ...message.buttons.map(row => ({ type: 'actions' as const, elements: row.map(buttonOf) })),
  ]
  const to = mention === undefined ? '' : `<@${mention}> `
  return { text: `${to}${notification(message)}`, blocks }
}

/** Slack's markup consists of `& < >` only (docs.slack.dev/messaging/formatting-message-text). */
export function escapeMrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Literal text without markup, mentions and links. */
export function richText(text: string, bold = false): RichTextBlock {
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: elementsOf(text, bold) }] }
}

/** Times are shown in each reader's own time zone. */
function elementsOf(text: string, bold = false): RichTextElement[] {
  const style = bold ? { style: { bold } } : {}
  return partsOf(text).map(part =>
    part.kind === 'text'
      ? { type: 'text', text: part.text, ...style }
      : {
          type: 'date',
          timestamp: Math.floor(part.atMs / 1000),
          format: '{date_short_pretty} {time}',
          fallback: utc(part.atMs),
          ...style,
        },
  )
}

function titleOf(title: string, mention: string | undefined): RichTextBlock {
  return mention === undefined ? richText(title, true) : mentionBlock(mention, title)
}

function beside(title: string, { fileId, altText }: NonNullable<RenderOptions['thumbnail']>): SectionBlock {
  return {
    type: 'section',
    text: { type: 'plain_text', text: title, emoji: false },
    accessory: {
      type: 'image',
      slack_file: { id: fileId },
      alt_text: shorten(altText, maxAltTextCharacters),
    },
  }
}

function mentionBlock(userId: string, text: string): RichTextBlock {
  const elements: RichTextElement[] = [{ type: 'user', user_id: userId }, ...elementsOf(` ${text}`)]
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] }
}

/** The notification: the title, escaped because Slack parses this text as markup. */
function notification(message: Message): string {
  const parts = [message.title, message.origin ?? linesOf(message)[0]].filter(part => part !== undefined)
  return escapeMrkdwn(shorten(inUtc(parts.join(' · ')), maxNotificationCharacters))
}

/** The only line that may be a link; its text and URL come from Easel. */
function originOf({ origin }: Message, parentUrl: string | undefined): KnownBlock[] {
  if (origin === undefined) return []
  const text = parentUrl === undefined ? escapeMrkdwn(origin) : `<${parentUrl}|${escapeMrkdwn(origin)}>`
  return [{ type: 'context', elements: [{ type: 'mrkdwn', text, verbatim: true }] }]
}

function linesIn(message: Message): string[] {
  const { progress } = message
  const lines = [...(progress === undefined ? [] : [progressBar(progress)]), ...linesOf(message)]
  return lines.map(line => shorten(line, maxLinesCharacters))
}

/** The lines that fit, with an ellipsis if some are omitted. */
function fittingLines(lines: readonly string[], room: number): string[] {
  const fitting: string[] = []
  for (const line of lines) {
    if (lengthOf([...fitting, line]) > room) return [...fitting, '…']
    fitting.push(line)
  }
  return fitting
}

function lengthOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0)
}

function linesBlocks(shown: readonly string[]): KnownBlock[] {
  const text = shown.join('\n')
  if (text === '') return []
  // Small print cannot show times in the reader's time zone.
  if (shown.length > maxSmallLines || text.length > maxLinesCharacters || text !== inUtc(text))
    return chunks(shown).map(chunk => richText(chunk))
  return [{ type: 'context', elements: [{ type: 'plain_text', text, emoji: false }] }]
}

/** Joins lines into texts that fit in one block. */
function chunks(lines: readonly string[]): string[] {
  const result: string[] = []
  for (const line of lines) {
    const last = result.at(-1)
    if (last === undefined || last.length + line.length + 1 > maxLinesCharacters) result.push(line)
    else result[result.length - 1] = `${last}\n${line}`
  }
  return result
}

function imageOf(fileId: string, altText: string, title: string | undefined): ImageBlock {
  return {
    type: 'image',
    slack_file: { id: fileId },
    alt_text: shorten(altText, maxAltTextCharacters),
    ...(title === undefined ? {} : { title: { type: 'plain_text', text: title, emoji: false } }),
  }
}

/** A command for copying, in a preformatted block. */
export function commandOf(
  command: string | undefined,
  words: Words,
  room = maxCommandCharacters,
): KnownBlock[] {
  if (command === undefined) return []
  if (command.length > room) return [richText(words.chat.replies.commandTooLong)]
  return [
    {
      type: 'rich_text',
      elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: command }] }],
    },
  ]
}

function dialogOf({ title, text, yes, no }: NonNullable<Button['confirmation']>): ConfirmationDialog {
  const plain = (sentence: string) => ({ type: 'plain_text' as const, text: sentence, emoji: false })
  return { title: plain(title), text: plain(text), confirm: plain(yes), deny: plain(no), style: 'danger' }
}

function buttonOf(button: Button): SlackButton {
  const id = encodeButtonId(button)
  return {
    type: 'button',
    text: { type: 'plain_text', text: shorten(button.label, maxLabelCharacters), emoji: false },
    action_id: id,
    value: id,
    ...(button.style === 'plain' ? {} : { style: button.style }),
    ...(button.confirmation === undefined ? {} : { confirm: dialogOf(button.confirmation) }),
  }
}
