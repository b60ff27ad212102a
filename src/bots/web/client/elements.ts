/** Finds elements of the page by id, with their types. */

/** Undefined if the page has no such element: a reply's own page has no field and no feed. */
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

/** Shows private sentences above the field. */
export function say(sentences: readonly string[]): void {
  find('notices', HTMLElement)?.replaceChildren(
    ...sentences.map(sentence => {
      const line = document.createElement('p')
      line.textContent = sentence
      return line
    }),
  )
}

/** A sentence that the server put into the page, in its language. */
export function sentence(name: 'done' | 'offline'): string {
  return document.body.dataset[name] ?? ''
}
