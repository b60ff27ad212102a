/** The messages of a job: the request card, and the placeholder that becomes the result. Pure. */
import type { Problem } from '../../app/problems.ts'
import type { JobView, PictureView } from '../../app/views/views.ts'
import { countOf } from '../../engine/work-order.ts'
import { AppError } from '../../errors/errors.ts'
import { chatErrorSentence, problemSentence, type Words } from '../../words/en.ts'
import { buttonRows } from './buttons.ts'
import { asLine, type Message, textMessage } from './message.ts'

/** The card in the channel: the request and its author, with the queue position and finally the outcome. */
export function requestCard(job: JobView, words: Words): Message {
  return {
    ...textMessage(titleOf(job, words), cardLines(job, words)),
    ...originOf(job, words),
    ...authorOf(job, words),
  }
}

/** The card of a fan-out: the request and its author, and the number of finished jobs. */
export function fanOutCard(jobs: readonly JobView[], words: Words): Message {
  const [first] = jobs
  return {
    ...textMessage(shorten(promptsOf(jobs, words).join(' · '), maxTitle), countLines(jobs, words)),
    ...(first && authorOf(first, words)),
  }
}

/** The name of a fan-out's thread. It remains after the deletion of one job, so it contains only the common text. */
export function fanOutName(jobs: readonly JobView[], words: Words): string {
  const [only = '', ...more] = promptsOf(jobs, words)
  return more.length === 0 ? only : words.job.variants(jobs.length)
}

/** The notice that a fan-out has ended. */
export function fanOutEnd(jobs: readonly JobView[], words: Words): Message {
  const done = jobs.filter(({ state }) => state === 'done')
  const pictures = done.reduce((sum, job) => sum + job.pictures.length, 0)
  const lines = done.length === jobs.length ? [] : countLines(jobs, words)
  return textMessage(pictures > 0 ? words.job.ready(pictures) : words.job.ended(jobs.length), lines)
}

const maxTitle = 300

function promptsOf(jobs: readonly JobView[], words: Words): string[] {
  return [...new Set(jobs.map(job => titleOf(job, words)))]
}

function countLines(jobs: readonly JobView[], words: Words): string[] {
  const count = (...states: JobView['state'][]) => jobs.filter(({ state }) => states.includes(state)).length
  const done = count('done')
  const text = words.job.fanOut({
    done,
    jobs: jobs.length,
    failed: count('failed', 'dead', 'expired'),
    cancelled: count('cancelled'),
  })
  return [done === jobs.length ? withMark('done', text) : text]
}

/** The message in the thread: the placeholder with progress, then the result or the reason why there is none. */
export function jobMessage(job: JobView, words: Words): Message {
  const buttons = buttonRows(job, words)
  switch (job.state) {
    case 'queued':
      return {
        ...textMessage(placeOf(job, words), waitingLines(job, words)),
        ...originOf(job, words),
        buttons,
      }
    case 'running':
      return { ...runningMessage(job, words), buttons }
    case 'done':
      return { ...resultMessage(job, words), buttons }
    case 'failed':
    case 'dead':
    case 'expired':
    case 'cancelled':
      return {
        ...textMessage(outcomeOf(job.state, words), failureOf(job, words)),
        ...authorOf(job, words),
        buttons,
      }
  }
}

/** As `jobMessage`, without a card: the placeholder also shows the request. */
export function standaloneMessage(job: JobView, words: Words): Message {
  const message = jobMessage(job, words)
  if (job.state === 'done') return message
  const { lines, ...card } = requestCard(job, words)
  // The step is more precise than the state.
  const shown = job.state === 'running' ? [joinTexts(message.title, etaOf(job, words))] : lines
  return { ...message, ...card, lines: shown, buttons: message.buttons }
}

/**
 * The first form of a message on a platform where a message whose response was lost cannot be found. Its text remains true when the
 * job ends.
 */
export function acceptedMessage(job: JobView, words: Words, hasCard: boolean): Message {
  const isWaiting = job.state === 'queued' || job.state === 'running'
  const buttons = isWaiting ? buttonRows(job, words) : []
  if (!hasCard) return { ...requestCard(job, words), lines: [words.job.accepted], buttons }
  return { ...textMessage(words.job.accepted), ...originOf(job, words), buttons }
}

/** The job's state on the card. */
function cardLines(job: JobView, words: Words): string[] {
  switch (job.state) {
    case 'queued':
      return [joinTexts(placeOf(job, words), etaOf(job, words))]
    case 'running':
      return [words.job.running]
    case 'done':
      return [withMark('done', joinTexts(words.job.done(job.pictures.length), tookOf(job, words)))]
    default:
      return [outcomeOf(job.state, words), ...failureOf(job, words)]
  }
}

/** Symbols that distinguish the outcomes in lists. */
const marks = { done: '✅', failed: '❌', dead: '💥', cancelled: '🚫', expired: '⌛' } as const
type MarkedOutcome = keyof typeof marks

function withMark(outcome: MarkedOutcome, text: string): string {
  return `${marks[outcome]} ${text}`
}

function outcomeOf(outcome: Exclude<MarkedOutcome, 'done'>, words: Words): string {
  return withMark(outcome, words.job[outcome])
}

/** The message of a result without its pictures. It has no picture buttons, because they would act on invisible pictures. */
export function withoutPictures(message: Message): Message {
  const removal = message.buttons.flat().filter(({ action }) => action === 'delete')
  return { ...message, pictures: [], buttons: removal.length === 0 ? message.buttons : [removal] }
}

/** The notice to the author that the job has ended. A cancel is reported only to people who did not do it. */
export function endMessage(job: JobView, words: Words): Message {
  switch (job.state) {
    case 'done':
      return textMessage(words.job.ready(job.pictures.length))
    case 'cancelled':
      return textMessage(words.job.cancelledByOther)
    default:
      return textMessage(words.job.ended(countOf(job.order)))
  }
}

/** The job without user text, for a platform that refused the text. */
export function withoutUserText(job: JobView): JobView {
  const { order } = job
  const bare =
    order.kind === 'upscale'
      ? { ...order, recipe: undefined }
      : { ...order, prompt: { ...order.prompt, positive: '', negative: null } }
  return { ...job, author: { ...job.author, name: '' }, promptAsTyped: '', order: bare }
}

/** The line on pictures whose files are missing on the server, if there are any. `found`: the number of files. */
export function missingFiles({ pictures }: JobView, found: number, words: Words): string[] {
  const missing = pictures.length - found
  return missing > 0 ? [words.delivery.filesMissing(missing, pictures.length)] : []
}

/** Each problem as one sentence. */
export function problemSentences(problems: readonly Problem[], words: Words): string[] {
  return problems.map(problem => problemSentence(words, problem))
}

/** The title of a job: the prompt as typed. */
export function titleOf(job: JobView, words: Words): string {
  return job.promptAsTyped.trim() || words.job.untitled
}

/** The alternative text of a picture. */
export function altTextOf(job: JobView, picture: PictureView, words: Words): string {
  return words.job.altText({
    prompt: shorten(titleOf(job, words), 300),
    number: picture.index + 1,
    count: job.pictures.length,
    widthPx: picture.widthPx,
    heightPx: picture.heightPx,
  })
}

/** Shortens a text at a character boundary, with an ellipsis. */
export function shorten(text: string, limit: number): string {
  const characters = [...text]
  return characters.length <= limit ? text : `${characters.slice(0, limit - 1).join('')}…`
}

function runningMessage(job: JobView, words: Words): Message {
  const title =
    job.step === 0
      ? words.job.preparing
      : job.step < job.steps
        ? words.job.step(job.step, job.steps)
        : words.job.finishing
  return {
    ...textMessage(title, waitingLines(job, words)),
    ...originOf(job, words),
    progress: { step: job.step, steps: job.steps },
    preview: job.preview,
  }
}

function resultMessage(job: JobView, words: Words): Message {
  const { author } = authorOf(job, words)
  const took = tookOf(job, words)
  return {
    title: titleOf(job, words),
    ...originOf(job, words),
    ...(author === undefined ? { lines: took.map(asLine) } : { author, lines: took }),
    pictures: job.pictures.map(picture => ({ picture, altText: altTextOf(job, picture, words) })),
    buttons: [],
  }
}

/** The title of a placeholder. A job from a button has no card, so its placeholder names the action. */
function waitingLines(job: JobView, words: Words): string[] {
  const what = job.parent ? [shorten(titleOf(job, words), 200)] : []
  return [...what, ...etaOf(job, words).map(asLine)]
}

function originOf({ order, parent }: JobView, words: Words): Pick<Message, 'origin'> {
  if (order.kind === 'refine') return { origin: words.job.refined }
  if (order.kind === 'upscale') return { origin: words.job.upscaled(order.factor) }
  if (!parent) return {}
  return { origin: order.source ? words.job.varied(order.source.strength) : words.job.again }
}

/** The author is not named in direct messages. */
function authorOf({ author, conversation }: JobView, words: Words): Pick<Message, 'author'> {
  const isKnown = conversation.kind === 'direct' || author.name === ''
  return isKnown ? {} : { author: words.job.askedBy(author.name) }
}

function tookOf({ startedAt, finishedAt }: JobView, words: Words): string[] {
  return startedAt === undefined || finishedAt === undefined
    ? []
    : [words.job.paintedIn(finishedAt - startedAt)]
}

function placeOf(job: JobView, words: Words): string {
  if (job.place === undefined) return words.job.queued
  return job.place === 1 ? words.job.next : words.job.place(job.place)
}

/** The remaining time, or the reason why the job waits. */
export function etaOf(job: JobView, words: Words): string[] {
  if (job.heldUp) return [words.job.heldUp[job.heldUp]]
  return job.etaMs === undefined ? [] : [words.job.eta(job.etaMs)]
}

function failureOf({ failure }: JobView, words: Words): string[] {
  return failure ? [chatErrorSentence(words, new AppError(failure.code, failure.details))] : []
}

function joinTexts(first: string, more: string[]): string {
  return [first, ...more].join(' · ')
}
