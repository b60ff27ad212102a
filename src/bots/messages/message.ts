/** Platform-neutral messages: texts, pictures and buttons, which each platform renders as its payload. */
import type { PictureView } from '../../app/views/views.ts'
import type { Button } from './buttons.ts'

export interface MessagePicture {
  picture: PictureView
  /** The alternative text: the prompt, the index in the set, the size. */
  altText: string
}

/** All texts are plain; the platform's renderer escapes them. */
export interface Message {
  title: string
  /** The line on the parent picture, if any; separate, because it may be a link. */
  origin?: string
  /** The author of the job, shown before the first line. */
  author?: string
  /** Short lines below the title. */
  lines: string[]
  /** A command for copying, in a code block. */
  command?: string
  progress?: { step: number; steps: number }
  preview?: Uint8Array
  pictures: MessagePicture[]
  /** Rows of at most five. */
  buttons: Button[][]
  /** The jobs whose texts a reply to one person shows. The reply is deleted with them. */
  jobIds?: readonly string[]
}

/** The lines with the author joined to the first one. */
export function linesOf({ author, lines }: Message): string[] {
  if (author === undefined) return lines
  const [first, ...more] = lines
  return [[author, ...(first === undefined ? [] : [first])].join(' · '), ...more]
}

/** A part of a line, such as “painted in 2 s”, as a line of its own. */
export function asLine(part: string): string {
  return part.charAt(0).toUpperCase() + part.slice(1)
}

/** A message without pictures and buttons. */
export function textMessage(title: string, lines: string[] = []): Message {
  return { title, lines, pictures: [], buttons: [] }
}

const barLength = 20

/** Progress as a bar of text. */
export function progressBar({ step, steps }: NonNullable<Message['progress']>): string {
  const filled = steps === 0 ? 0 : Math.round((step / steps) * barLength)
  return '▰'.repeat(filled) + '▱'.repeat(barLength - filled)
}
