/** The dialog for private replies, from links and from forms. */
import type { FormReply } from '../protocol.ts'
import { byId, find, sentence, showNotices } from './elements.ts'

export class AnswerDialog {
  readonly #dialog = byId('dialog', HTMLDialogElement)

  constructor() {
    this.#dialog.addEventListener('click', event => {
      // A click on the backdrop has the dialog itself as its target.
      if (event.target === this.#dialog) this.close()
    })
  }

  open(html: string): void {
    const answer = byId('answer', HTMLElement)
    answer.innerHTML = html
    byId('answer-notices', HTMLElement).replaceChildren()
    hideKnownPictures(answer)
    if (!this.#dialog.open) this.#dialog.showModal()
    answer.querySelector<HTMLElement>('[autofocus]')?.focus()
  }

  close(): void {
    if (this.#dialog.open) this.#dialog.close()
  }

  /** Whether the dialog requests a confirmation of the content of the message field. */
  get isQuestion(): boolean {
    return this.#dialog.querySelector('form.confirm') !== null
  }

  contains(form: HTMLFormElement): boolean {
    return this.#dialog.contains(form)
  }

  /** Empties the dialog if it shows texts of a deleted job. */
  forget(jobId: string): void {
    const answer = byId('answer', HTMLElement)
    if (answer.querySelector(`[data-jobs~="${CSS.escape(jobId)}"]`) === null) return
    this.close()
    answer.replaceChildren()
  }

  /** Shows the reply of a menu link. */
  async follow({ href }: HTMLAnchorElement): Promise<void> {
    try {
      const response = await fetch(href, { headers: { Accept: 'application/json' } })
      const reply: FormReply = await response.json()
      if (reply.kind === 'answer') this.open(reply.html)
      else showNotices(reply.sentences)
    } catch {
      showNotices([sentence('offline')])
    }
  }
}

/** Fills the pictures of a confirmation with those that are still in the message field. */
export function refillPictures(form: HTMLFormElement): void {
  for (const input of form.querySelectorAll<HTMLInputElement>('.again input')) {
    const files = find(input.name, HTMLInputElement)?.files
    if (files && files.length > 0) input.files = files
  }
}

function hideKnownPictures(answer: HTMLElement): void {
  for (const again of answer.querySelectorAll<HTMLElement>('.again')) {
    const input = again.querySelector('input')
    const files = input && find(input.name, HTMLInputElement)?.files
    if (!files || files.length === 0) continue
    again.hidden = true
    input.required = false
  }
}
