/** Neutral messages: what a job looks like to a person, in words and buttons, before any platform's payload. */
import type { PictureView } from '../app/views.ts'

export type ButtonAction =
  | 'refine'
  | 'vary-subtle'
  | 'vary-strong'
  | 'upscale'
  | 're-roll'
  | 'remix'
  | 'info'
  | 'delete'
  | 'cancel'

/** A button's id on every platform is `action:targetId`; all state is in the database. */
export interface Button {
  action: ButtonAction
  /** Picture id; job id for re-roll, delete and cancel. */
  targetId: string
  label: string
  style: 'primary' | 'plain' | 'danger'
}

export interface MessagePicture {
  picture: PictureView
  /** For people who do not see it: the prompt, its place in the set, its size. */
  altText: string
}

/** Plain text throughout: a platform's render escapes it. */
export interface Message {
  title: string
  /** Short lines under the title. */
  lines: string[]
  /** The command that gives the same picture again, for a code block. */
  command?: string
  progress?: { step: number; steps: number }
  preview?: Uint8Array
  pictures: MessagePicture[]
  /** Rows of at most five. */
  buttons: Button[][]
}
