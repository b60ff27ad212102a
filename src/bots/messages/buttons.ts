/** Buttons: those of a job, their ids, and the actions of their presses. */
import type { Action } from '../../app/requests.ts'
import type { JobView, PictureView } from '../../app/views/views.ts'
import type { Words } from '../../words/en.ts'

/** The actions of the buttons below a job's message. */
export const jobActions = [
  'refine',
  'vary-subtle',
  'vary-strong',
  'upscale',
  're-roll',
  'remix',
  'info',
  'more',
  'delete',
  'cancel',
] as const
export type JobAction = (typeof jobActions)[number]

/** The actions of the buttons below a question to one person. */
export const questionActions = ['confirm', 'forget', 'confirm-delete'] as const

/** Opens a topic. */
export const topicAction = 'topic'

export const buttonActions = [...jobActions, ...questionActions, topicAction] as const
export type ButtonAction = (typeof buttonActions)[number]

export interface ButtonTarget {
  action: ButtonAction
  /**
   * The id of a job for re-roll, delete, confirm-delete and cancel, of a question for confirm and forget, the name of a topic,
   * otherwise the id of a picture.
   */
  targetId: string
}

/** The length of the ids of jobs, pictures and questions. */
const idLength = 16

export interface Button extends ButtonTarget {
  label: string
  style: 'primary' | 'plain' | 'danger'
  /** The confirmation dialog, on platforms that have one; elsewhere the press opens a question. */
  confirmation?: Words['chat']['deletion']
}

/** A button's id on every platform, `action:targetId`: at most 31 characters; all state is in the database. */
export function encodeButtonId({ action, targetId }: ButtonTarget): string {
  return `${action}:${targetId}`
}

/** The target of a button's id; undefined for an id that `encodeButtonId` cannot have made, such as a forged one. */
export function decodeButtonId(id: string): ButtonTarget | undefined {
  const [, name, targetId = ''] = /^([a-z-]{1,20}):([0-9a-z]{1,16})$/.exec(id) ?? []
  const action = buttonActions.find(known => known === name)
  if (action === undefined) return undefined
  return action === topicAction || targetId.length === idLength ? { action, targetId } : undefined
}

/**
 * The meaning of a press: an action of app/, the Remix form, the buttons of one picture, a topic, or the answer to a
 * question.
 */
export type ButtonMeaning =
  | { kind: 'action'; action: Action }
  | { kind: 'more'; pictureId: string }
  | { kind: 'topic'; name: string }
  | { kind: 'remix'; pictureId: string }
  | { kind: 'answer'; question: Question }

/** A question that waits for one person's confirmation. */
export interface Question {
  action: (typeof questionActions)[number]
  id: string
}

export function meaningOf({ action, targetId }: ButtonTarget): ButtonMeaning {
  switch (action) {
    case 'remix':
      return { kind: 'remix', pictureId: targetId }
    case 'more':
      return { kind: 'more', pictureId: targetId }
    case 'topic':
      return { kind: 'topic', name: targetId }
    case 'confirm':
    case 'forget':
    case 'confirm-delete':
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

/** The rows under a job's message, by its state. At most one button is the primary one. */
export function buttonRows(job: JobView, words: Words): Button[][] {
  const { buttons } = words
  if (job.state === 'queued' || job.state === 'running') return [[buttonFor('cancel', job.id, words)]]
  // Nothing is left that could be tried again.
  if (job.failure?.code === 'record-unreadable') return []
  const [first, ...others] = job.pictures
  if (job.state !== 'done' || !first)
    return [[{ ...buttonFor('re-roll', job.id, words), label: buttons.tryAgain, style: 'primary' }]]

  const reRoll = buttonFor('re-roll', job.id, words)
  const remove: Button = {
    ...buttonFor('delete', job.id, words),
    style: 'danger',
    confirmation: words.chat.deletion,
  }
  if (others.length > 0)
    return [...numberedRows(job.pictures, words), [{ ...reRoll, style: 'primary' }, remove]]
  const [go, look] = pictureRows(first, words)
  return [go, [reRoll, ...look, remove]]
}

/** The actions on one picture. */
export function pictureRows({ id }: PictureView, words: Words): [go: Button[], look: Button[]] {
  return [
    [
      { ...buttonFor('refine', id, words), style: 'primary' },
      buttonFor('vary-subtle', id, words),
      buttonFor('vary-strong', id, words),
      buttonFor('upscale', id, words),
    ],
    [buttonFor('remix', id, words), buttonFor('info', id, words)],
  ]
}

/** The buttons of a set: a row per action with a numbered button per picture; More in the last row opens the other actions. */
function numberedRows(pictures: readonly PictureView[], { buttons }: Words): Button[][] {
  const row = (action: JobAction, label: (n: number) => string): Button[] =>
    pictures.map(picture => ({
      action,
      targetId: picture.id,
      label: label(picture.index + 1),
      style: 'plain',
    }))
  return [
    row('refine', buttons.refineNumber),
    row('vary-strong', buttons.varyNumber),
    row('upscale', buttons.upscaleNumber),
    row('more', buttons.moreNumber),
  ]
}

function buttonFor(action: JobAction, targetId: string, { buttons }: Words): Button {
  return { action, targetId, label: buttons[action], style: 'plain' }
}
