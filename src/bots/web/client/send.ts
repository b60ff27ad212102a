/** Submits forms without a reload, repeats submissions after a broken connection, and passes the replies on. */
import type { FormReply } from '../protocol.ts'
import { sentence, showNotices } from './elements.ts'

/** A submitted form. */
export interface Sent {
  readonly form: HTMLFormElement
  readonly button: HTMLButtonElement | undefined
  readonly body: FormData
}

/** A submission, identified by its content. */
interface Sending extends Sent {
  /** The idempotency key: a repetition after a broken connection is the same event. */
  readonly once: string
  isUnderway: boolean
}

const onceBytes = 12
/** The delay after which a submission is sent again. */
const retryMs = 2000

export class FormSender {
  /** Submissions by content, so a changed form is another event and does not replace one that is still to be sent. */
  readonly #sendings = new Map<string, Sending>()
  readonly #handle: (reply: FormReply, sent: Sent) => void

  constructor(handle: (reply: FormReply, sent: Sent) => void) {
    this.#handle = handle
  }

  async send(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
    const button = submitter instanceof HTMLButtonElement ? submitter : undefined
    const body = new FormData(form, button)
    const key = contentOf(form, body)
    const before = this.#sendings.get(key)
    if (before?.isUnderway === true) return
    const tooLarge = sizeProblem(body)
    if (tooLarge !== undefined) {
      this.#handle({ kind: 'refused', sentences: [sentence(tooLarge)] }, { form, button, body })
      return
    }
    const once = before?.once ?? randomName()
    body.set('once', once)
    await this.#post(key, { form, button, body, once, isUnderway: true })
  }

  /** Repeats the failed submissions at once. */
  retry(): void {
    for (const [key, sending] of this.#sendings) {
      if (!sending.isUnderway) void this.#post(key, { ...sending, isUnderway: true })
    }
  }

  async #post(key: string, sending: Sending): Promise<void> {
    this.#sendings.set(key, sending)
    const reply = await this.#replyTo(sending)
    if (reply === undefined) {
      sending.isUnderway = false
      showNotices([sentence('notSent')])
      setTimeout(() => {
        // It may have been sent again, or answered, since.
        if (this.#sendings.get(key) === sending) void this.#post(key, { ...sending, isUnderway: true })
      }, retryMs)
      return
    }
    this.#sendings.delete(key)
    this.#handle(reply, sending)
  }

  /** The server's reply, or the refusal of a file that no repetition can send; undefined if there is no reply. */
  async #replyTo({ form, button, body }: Sending): Promise<FormReply | undefined> {
    button?.setAttribute('aria-disabled', 'true')
    try {
      return await post(form, body)
    } catch {
      const name = await unreadableFile(body)
      return name === undefined
        ? undefined
        : { kind: 'refused', sentences: [sentence('fileGone').replace('%', name)] }
    } finally {
      button?.removeAttribute('aria-disabled')
    }
  }
}

/** The statuses of a proxy whose server is unavailable. */
const unavailableStatuses = [502, 503, 504]
/** The maximum length of a plain answer that is shown. */
const maxAnswerCharacters = 500

/** Posts a form and returns the server's reply. @throws Error when no answer of the server comes. */
async function post(form: HTMLFormElement, body: FormData): Promise<FormReply> {
  const headers = { Accept: 'application/json' }
  const response = await fetch(form.getAttribute('action') ?? '', { method: 'POST', body, headers })
  const type = response.headers.get('content-type') ?? ''
  if (type.startsWith('application/json')) return response.json()
  const isOurs = response.headers.has('x-easel')
  if (!isOurs && unavailableStatuses.includes(response.status)) throw new Error(`status ${response.status}`)
  if (!isOurs && response.status === 413) return { kind: 'refused', sentences: [sentence('largeForProxy')] }
  const sentences = type.startsWith('text/plain')
    ? [(await response.text()).slice(0, maxAnswerCharacters)]
    : [sentence('answered').replace('%', String(response.status))]
  return { kind: 'refused', sentences }
}

/** The problem that the server would report only after the transfer: a file is too large, or all files together are. */
function sizeProblem(body: FormData): 'large' | 'largeFile' | undefined {
  const { maxBytes, maxFileBytes } = document.body.dataset
  const sizes = [...body.values()].map(value => (value instanceof File ? value.size : 0))
  if (sizes.some(bytes => bytes > Number(maxFileBytes))) return 'largeFile'
  return sizes.reduce((sum, bytes) => sum + bytes, 0) > Number(maxBytes) ? 'large' : undefined
}

/** The name of a chosen file that was changed or removed since: browsers report it as a broken connection. */
async function unreadableFile(body: FormData): Promise<string | undefined> {
  for (const file of body.values()) {
    if (!(file instanceof File) || file.size === 0) continue
    try {
      await file.slice(0, 1).arrayBuffer()
    } catch {
      return file.name
    }
  }
  return undefined
}

/** The content and the target of a submission, without its key. */
function contentOf(form: HTMLFormElement, body: FormData): string {
  const entries = [...body.entries()].filter(([name]) => name !== 'once')
  return JSON.stringify([
    form.getAttribute('action'),
    ...entries.map(([name, value]) => [name, value instanceof File ? fileContent(value) : value]),
  ])
}

/** An empty field is submitted as a file without a name, which was changed just now. */
function fileContent({ name, size, lastModified }: File): readonly (string | number)[] {
  return name === '' ? [] : [name, size, lastModified]
}

/** A random key, so two pages never use the same one. */
function randomName(): string {
  const bytes = [...crypto.getRandomValues(new Uint8Array(onceBytes))]
  return bytes.map(byte => byte.toString(16).padStart(2, '0')).join('')
}
