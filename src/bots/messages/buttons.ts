/** Buttons: which a job offers, their ids, and the actions that their presses mean. */
import type { Action } from '../../app/requests.ts'
import type { JobView, PictureView } from '../../app/views.ts'
import type { Words } from '../../words/en.ts'

/** What the buttons under a job's message do. */
export const jobActions = [
  'refine',
  'vary-subtle',
  'vary-strong',
  'upscale',
  're-roll',
  'remix',
  'info',
  'delete',
  'cancel',
] as const
export type JobAction = (typeof jobActions)[number]

/** What the buttons under a question to one person do. */
export const questionActions = ['confirm', 'forget'] as const

export const buttonActions = [...jobActions, ...questionActions] as const
export type ButtonAction = (typeof buttonActions)[number]

export interface ButtonTarget {
  action: ButtonAction
  /** The id of a job for re-roll, delete and cancel, of a question for confirm and forget, otherwise of a picture. */
  targetId: string
}

export interface Button extends ButtonTarget {
  label: string
  style: 'primary' | 'plain' | 'danger'
}

/** A button's id on every platform, `action:targetId`: at most 28 characters; all state is in the database. */
export function encodeButtonId({ action, targetId }: ButtonTarget): string {
  return `${action}:${targetId}`
}

/** Undefined for anything that `encodeButtonId` cannot have made, such as a forged id. */
export function decodeButtonId(id: string): ButtonTarget | undefined {
  const [, name, targetId] = /^([a-z-]{1,20}):([0-9a-z]{16})$/.exec(id) ?? []
  const action = buttonActions.find(known => known === name)
  return action && targetId !== undefined ? { action, targetId } : undefined
}

/** What a press means: an action of app/, the form of Remix, or the answer to a question. */
export type ButtonMeaning =
  | { kind: 'action'; action: Action }
  | { kind: 'remix'; pictureId: string }
  | { kind: 'answer'; question: Question }

/** A question that waits for one person's yes. */
export interface Question {
  action: (typeof questionActions)[number]
  id: string
}

export function meaningOf({ action, targetId }: ButtonTarget): ButtonMeaning {
  switch (action) {
    case 'remix':
      return { kind: 'remix', pictureId: targetId }
    case 'confirm':
    case 'forget':
      return { kind: 'answer', question: { action, id: targetId } }
    case 'upscale':
      return { kind: 'action', action: { kind: action, pictureId: targetId, factor: 2 } }
    case 're-roll':
    case 'delete':
    case 'cancel':
      return { kind: 'action', action: { kind: action, jobId: targetId } }
    default:
      return { kind: 'action', action: { kind: action, pictureId: targetId } }
  }
}

/** The rows under a job's message, by its state. */
export function buttonRows(job: JobView, words: Words): Button[][] {
  const { buttons } = words
  const about = (action: JobAction, targetId: string, style: Button['style'] = 'plain'): Button => ({
    action,
    targetId,
    label: buttons[action],
    style,
  })

  if (job.state === 'queued' || job.state === 'running') return [[about('cancel', job.id)]]
  const reRoll = about('re-roll', job.id)
  const [first, ...others] = job.pictures
  if (job.state !== 'done' || !first) return [[reRoll]]

  const last = [reRoll, about('remix', first.id), about('info', first.id), about('delete', job.id, 'danger')]
  if (others.length > 0) return [...numberedRows(job.pictures, words), last]
  return [
    [
      about('refine', first.id, 'primary'),
      about('vary-subtle', first.id),
      about('vary-strong', first.id),
      about('upscale', first.id),
    ],
    last,
  ]
}

/** For a set: a row per action, in which the pictures are told apart by number. */
function numberedRows(pictures: readonly PictureView[], { buttons }: Words): Button[][] {
  const row = (action: JobAction, label: (n: number) => string, style: Button['style']): Button[] =>
    pictures.map(picture => ({ action, targetId: picture.id, label: label(picture.index + 1), style }))
  return [
    row('refine', buttons.refineNumber, 'primary'),
    row('vary-strong', buttons.varyNumber, 'plain'),
    row('upscale', buttons.upscaleNumber, 'plain'),
  ]
}
