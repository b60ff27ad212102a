/** Renders a job: its card, and the reply in its thread. Pure JSX over neutral messages. */
import { createHash } from 'node:crypto'
import type { Child } from 'hono/jsx'
import type { JobView } from '../../../app/views/views.ts'
import { withoutControls } from '../../../common/visible-controls.ts'
import type { Words } from '../../../words/en.ts'
import { utc } from '../../../words/moment.ts'
import { formatCommand } from '../../grammar/command-line.ts'
import { type Button, encodeButtonId } from '../../messages/buttons.ts'
import { jobMessage, requestCard, titleOf } from '../../messages/job-message.ts'
import { asLine, type Message } from '../../messages/message.ts'
import { parameterLine } from '../../messages/parameters.ts'
import { threadOf } from '../inbound/visitors.ts'
import type { JobFragment } from '../protocol.ts'
import { Pictures } from './render-pictures.tsx'

export function jobFragment(job: JobView, words: Words): JobFragment {
  const threadId = threadOf(job)
  const card = threadId === job.id ? markup(<Card job={job} words={words} />) : undefined
  const reply = markup(<Reply job={job} words={words} />)
  const version = createHash('sha256').update(`${card}\n${reply}`).digest('base64url').slice(0, 12)
  return { jobId: job.id, threadId, state: job.state, version, title: titleOf(job, words), card, reply }
}

/** The markup of an element, without control characters from user text. Elements render synchronously. */
export function markup(element: Child): string {
  return withoutControls(String(element))
}

/** A button that submits the page's form for presses, so it works without script. */
export function PressButton({ button }: { button: Button }) {
  const id = encodeButtonId(button)
  return (
    <button
      type="submit"
      form="act"
      name="button"
      value={id}
      id={`press-${id}`}
      class={`press ${button.style}`}
    >
      {button.label}
    </button>
  )
}

/** A command that wraps between flags only. It scrolls when it is long, so the keyboard can reach it. */
export function Command({ command, words }: { command: string; words: Words }) {
  return (
    <div class="command">
      <code tabindex={0}>
        {command.split(/ (?=--)/).map((part, i) => (
          <>
            {i > 0 && ' '}
            <span class={part.length <= 40 ? 'part' : undefined}>{part}</span>
          </>
        ))}
      </code>
      <button type="button" class="copy" data-copy data-copied={words.web.result.copied}>
        {words.web.result.copy}
      </button>
    </div>
  )
}

/** The card; parameters move under the picture when it is finished. */
function Card({ job, words }: { job: JobView; words: Words }) {
  const card = requestCard(job, words)
  const waiting = job.state === 'queued' ? card.lines : []
  const message = { ...card, lines: [parameterLine(job, words), ...waiting] }
  const { author } = job
  return (
    <article class="card">
      <span class={`avatar hue-${hueOf(author.userId)}`} aria-hidden="true">
        {[...author.name].at(-4) ?? '?'}
      </span>
      <div class="content">
        <p class="who">
          <b>{author.name}</b> <Time at={job.createdAt} />
        </p>
        <Prompt text={message.title} />
        {job.state !== 'done' && <Lines job={job} message={message} />}
      </div>
    </article>
  )
}

function Reply({ job, words }: { job: JobView; words: Words }) {
  const message = withParameters(jobMessage(job, words), job, words)
  const isChild = threadOf(job) !== job.id
  return (
    <article class={`reply ${job.state}`} aria-busy={job.state === 'running' ? 'true' : undefined}>
      {job.state !== 'done' && <p class="state">{message.title}</p>}
      {job.state === 'done' && isChild && <Prompt text={message.title} />}
      <Progress message={message} size={job.order} words={words} />
      <Pictures pictures={message.pictures} words={words} />
      <Lines job={job} message={message} />
      {message.command !== undefined && <Command command={message.command} words={words} />}
      <fieldset class="rows" aria-label={words.web.result.buttonsOf(titleOf(job, words))}>
        {message.buttons.map(row => (
          <div class="row">
            {row.map(button => (
              <PressButton button={button} />
            ))}
          </div>
        ))}
      </fieldset>
    </article>
  )
}

/** A prompt of up to this length needs no scrolling, not even on a phone. */
const shortPrompt = 200

/** A long prompt scrolls, so the keyboard can reach it. */
function Prompt({ text }: { text: string }) {
  const isShort = text.length <= shortPrompt && !text.includes('\n')
  return (
    <p class="prompt" tabindex={isShort ? undefined : 0}>
      {text}
    </p>
  )
}

/** The parameters below the picture, so that Info need not be opened: in its command, or in a line where no command makes it. */
function withParameters(message: Message, job: JobView, words: Words): Message {
  if (job.state !== 'done') return message
  const command = formatCommand(job)
  if (command !== undefined) return { ...message, command, lines: message.lines.map(asLine) }
  return { ...message, lines: [[parameterLine(job, words), ...message.lines].join(' · ')] }
}

/** The preview has the picture's size from the start, so the layout does not shift. */
function Progress(props: { message: Message; size: { widthPx: number; heightPx: number }; words: Words }) {
  const { message, size, words } = props
  if (!message.progress) return null
  const { step, steps } = message.progress
  return (
    <div class="painting">
      {message.preview && (
        <img
          class="preview"
          src={dataUrl(message.preview)}
          width={size.widthPx}
          height={size.heightPx}
          alt={words.web.result.preview}
        />
      )}
      <progress max={steps} value={step} aria-label={words.web.result.progress}>
        {`${step}/${steps}`}
      </progress>
    </div>
  )
}

/** The lines under a title; the first is the origin, with a link. */
function Lines({ job, message: { origin, lines } }: { job: JobView; message: Message }) {
  return (
    <div class="lines">
      {origin && <p>{job.parent ? <a href={`#job-${job.parent.jobId}`}>{origin}</a> : origin}</p>}
      {lines.map(line => (
        <p>{line}</p>
      ))}
    </div>
  )
}

/** UTC without script; the page's script converts it to local time. */
function Time({ at }: { at: number }) {
  return <time datetime={new Date(at).toISOString()}>{utc(at)}</time>
}

/** One of eight colours, always the same for a person. */
function hueOf(userId: string): number {
  return [...userId].reduce((sum, character) => sum + character.charCodeAt(0), 0) % 8
}

/** Previews are JPEG or WebP, distinguished by their first byte. */
function dataUrl(bytes: Uint8Array): string {
  const type = bytes[0] === 0xff ? 'jpeg' : bytes[0] === 0x89 ? 'png' : 'webp'
  return `data:image/${type};base64,${Buffer.from(bytes).toString('base64')}`
}
