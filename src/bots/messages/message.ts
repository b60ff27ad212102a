/** Neutral messages: what a job looks like to a person, in words and buttons, before any platform's payload. */
import type { PictureView } from '../../app/views/views.ts'
import type { Button } from './buttons.ts'

export interface MessagePicture {
  picture: PictureView
  /** For people who do not see it: the prompt, its place in the set, its size. */
  altText: string
}

/** Plain text throughout: a platform's render escapes it. */
export interface Message {
  title: string
  /** How it descends from an earlier picture, where it does: a line of its own, since it may lead there. */
  origin?: string
  /** Who asked for it, where the message is about a job: stands before the first line. */
  author?: string
  /** Short lines under the title. */
  lines: string[]
  /** A command to be copied, for a code block. */
  command?: string
  progress?: { step: number; steps: number }
  preview?: Uint8Array
  pictures: MessagePicture[]
  /** Rows of at most five. */
  buttons: Button[][]
}

/** The lines as one reads them: who asked, and what comes of it, in one. */
export function linesOf({ author, lines }: Message): string[] {
  if (author === undefined) return lines
  const [first, ...more] = lines
  return [[author, ...(first === undefined ? [] : [first])].join(' · '), ...more]
}

/** A message of text alone. */
export function textMessage(title: string, lines: string[] = []): Message {
  return { title, lines, pictures: [], buttons: [] }
}
