/** Submits forms without a reload, and handles the replies. */
import type { FormReply } from '../protocol.ts'
import { say, sentence } from './elements.ts'

/** A submission, identified by the button's value or by the form. */
interface Sending {
  /** The idempotency key: a repetition after a broken connection is the same event. */
  once: string
  isUnderway: boolean
}

const onceBytes = 12

export class FormSender {
  readonly #sendings = new Map<string | HTMLFormElement, Sending>()
  readonly #handle: (reply: FormReply, form: HTMLFormElement) => void

  constructor(handle: (reply: FormReply, form: HTMLFormElement) => void) {
    this.#handle = handle
  }

  async send(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
    const button = submitter instanceof HTMLButtonElement ? submitter : undefined
    const key = button?.value || form
    const before = this.#sendings.get(key)
    if (before?.isUnderway === true) return
    const once = before?.once ?? randomName()
    this.#sendings.set(key, { once, isUnderway: true })
    button?.setAttribute('aria-disabled', 'true')
    try {
      const reply = await post(form, button, once)
      this.#sendings.delete(key)
      this.#handle(reply, form)
    } catch {
      this.#sendings.set(key, { once, isUnderway: false })
      say([sentence('offline')])
    } finally {
      button?.removeAttribute('aria-disabled')
    }
  }
}

async function post(
  form: HTMLFormElement,
  button: HTMLButtonElement | undefined,
  once: string,
): Promise<FormReply> {
  const body = new FormData(form, button)
  body.set('once', once)
  const headers = { Accept: 'application/json' }
  const response = await fetch(form.getAttribute('action') ?? '', { method: 'POST', body, headers })
  return response.json()
}

/** A random key, so two pages never use the same one. */
function randomName(): string {
  const bytes = [...crypto.getRandomValues(new Uint8Array(onceBytes))]
  return bytes.map(byte => byte.toString(16).padStart(2, '0')).join('')
}
