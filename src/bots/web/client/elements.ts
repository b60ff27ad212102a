/** Finds elements of the page by id, with their types. */
import type { ScriptSentence } from '../protocol.ts'

/** The element with that id; undefined if the page has none: a reply's own page has no field and no feed. */
export function find<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind | undefined {
  const found = document.getElementById(id)
  return found instanceof kind ? found : undefined
}

/** An element that the server always sends. @throws Error when the page lacks it. */
export function byId<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = find(id, kind)
  if (found === undefined) throw new Error(`the page has no #${id}`)
  return found
}

/** Announces a text to screen readers. */
export function announce(text: string): void {
  byId('announce', HTMLElement).textContent = text
}

/** Shows private sentences above the field, or in the dialog while it is open. */
export function showNotices(sentences: readonly string[]): void {
  const isInDialog = find('dialog', HTMLDialogElement)?.open === true
  noticesIn(isInDialog ? 'answer-notices' : 'notices')?.replaceChildren(
    ...sentences.map(sentence => {
      const line = document.createElement('p')
      line.textContent = sentence
      return line
    }),
  )
}

/** Removes a sentence that is no longer true. */
export function removeNotice(sentence: string): void {
  for (const id of ['answer-notices', 'notices'] as const) {
    for (const line of noticesIn(id)?.children ?? []) if (line.textContent === sentence) line.remove()
  }
}

function noticesIn(id: 'answer-notices' | 'notices'): HTMLElement | undefined {
  return find(id, HTMLElement)
}

/** A sentence that the server put into the page, in its language. */
export function sentence(name: ScriptSentence): string {
  return document.body.dataset[name] ?? ''
}
