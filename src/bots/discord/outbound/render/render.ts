/** Renders a neutral message as Discord components. Pure. User text appears as written and has no effect. */
import {
  type APIActionRowComponent,
  type APIButtonComponentWithCustomId,
  type APIMediaGalleryComponent,
  type APIMessageTopLevelComponent,
  type APISectionComponent,
  ButtonStyle,
  ComponentType,
  MessageFlags,
} from 'discord.js'
import type { Words } from '../../../../words/en.ts'
import type { Button } from '../../../messages/buttons.ts'
import { linesOf, type Message, progressBar } from '../../../messages/message.ts'
import { buttonId } from './custom-id.ts'
import { plainText, safeText } from './text.ts'

/** The payload of every message, for `reply`, `editReply`, `followUp` and for our own requests. */
export interface Payload {
  flags: MessageFlags.IsComponentsV2
  components: APIMessageTopLevelComponent[]
}

/** An attached file, shown at the position of the message's pictures. */
export interface ShownFile {
  fileName: string
  altText: string
}

export interface RenderOptions {
  /** The files in order. A message's pictures and previews are shown only as files. */
  files?: readonly ShownFile[]
  /** The first file is a small picture beside the text, not one below it. */
  isBeside?: boolean
  /** Pictures are covered until a click. */
  isSpoiler?: boolean
  /** Our notes below the lines. */
  notes?: readonly string[]
  /** The user who is named first. Whether that pings them is set beside the payload. */
  mention?: string | undefined
}

// developers/components/reference: 4,000 characters in all text displays of a message, labels 80, descriptions 1,024.
const maxTextCharacters = 4000
const maxTitleCharacters = 1000
const maxNotesCharacters = 600
const maxCommandCharacters = 1400
const maxLabelCharacters = 80
export const maxAltTextCharacters = 1024
/** Up to this many short lines are small print under the title; more lines are text. */
const maxSmallLines = 4
/** The maximum length of a bold title. */
const maxBoldCharacters = 300

export function render(message: Message, words: Words, options: RenderOptions = {}): Payload {
  const { files = [], isSpoiler = false, notes = [], isBeside = false } = options
  const command = commandText(message.command, words)
  const below = small(notes.map(note => safeText(note, maxNotesCharacters)))
  const { mention } = options
  const addressed = mention === undefined ? [] : [`<@${mention}>`]
  const title = [...addressed, titleText(message, files.length > 0)].join(' ')
  const room = maxTextCharacters - [title, below, command].join('').length - 8
  const text = [title, linesText(message, room), below].filter(part => part !== '').join('\n')
  const [first] = files
  return {
    flags: MessageFlags.IsComponentsV2,
    components: [
      ...(isBeside && first ? [beside(text, first, isSpoiler)] : textDisplay(text)),
      ...(isBeside ? [] : gallery(files, isSpoiler)),
      ...textDisplay(command),
      ...message.buttons.map(buttonRow),
    ],
  }
}

function textDisplay(content: string): APIMessageTopLevelComponent[] {
  return content === '' ? [] : [{ type: ComponentType.TextDisplay, content }]
}

/** Bold if something is below the title; a single sentence is plain text. */
function titleText(message: Message, hasFiles: boolean): string {
  const { title, origin, command, buttons } = message
  const text = safeText(title.trim(), maxTitleCharacters)
  const hasLines = linesOf(message).length > 0 || origin !== undefined
  const isAlone = !hasFiles && !hasLines && command === undefined && buttons.length === 0
  return text === '' || isAlone || text.length > maxBoldCharacters ? text : `**${text}**`
}

function linesText(message: Message, room: number): string {
  const { origin, progress } = message
  const shown = [progress && progressBar(progress), origin, ...linesOf(message)].filter(
    line => line !== undefined,
  )
  const isSmall = shown.length <= maxSmallLines && shown.every(line => !line.includes('\n'))
  const text = safeText(shown.join('\n'), Math.max(1, room - (isSmall ? 3 * shown.length : 0)))
  return isSmall ? small(text.split('\n')) : text
}

/** Discord's subtext. */
function small(lines: readonly string[]): string {
  return lines
    .filter(line => line.trim() !== '')
    .map(line => `-# ${line}`)
    .join('\n')
}

function beside(content: string, file: ShownFile, spoiler: boolean): APISectionComponent {
  return {
    type: ComponentType.Section,
    components: [{ type: ComponentType.TextDisplay, content }],
    accessory: { type: ComponentType.Thumbnail, ...mediaOf(file), spoiler },
  }
}

function mediaOf({ fileName, altText }: ShownFile) {
  return {
    media: { url: `attachment://${fileName}` },
    description: plainText(altText, maxAltTextCharacters),
  }
}

function gallery(files: readonly ShownFile[], isSpoiler: boolean): APIMediaGalleryComponent[] {
  if (files.length === 0) return []
  const items = files.map(file => ({ ...mediaOf(file), spoiler: isSpoiler }))
  return [{ type: ComponentType.MediaGallery, items }]
}

/**
 * A code block, which Discord offers for copying, with the command exactly as typed. Three backticks would end the block:
 * such a command is shown as escaped text, which copies correctly.
 */
function commandText(command: string | undefined, words: Words): string {
  if (command === undefined) return ''
  if (!command.includes('```') && command.length <= maxCommandCharacters) return `\`\`\`\n${command}\n\`\`\``
  const text = safeText(command, Number.MAX_SAFE_INTEGER)
  if (text.length <= maxCommandCharacters && !text.includes('\n')) return text
  return small([words.chat.replies.commandTooLong])
}

const styles = {
  primary: ButtonStyle.Primary,
  plain: ButtonStyle.Secondary,
  danger: ButtonStyle.Danger,
} as const

function buttonRow(buttons: readonly Button[]): APIActionRowComponent<APIButtonComponentWithCustomId> {
  return {
    type: ComponentType.ActionRow,
    components: buttons.map(button => ({
      type: ComponentType.Button,
      style: styles[button.style],
      label: plainText(button.label, maxLabelCharacters),
      custom_id: buttonId(button),
    })),
  }
}
