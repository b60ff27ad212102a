/** Finding elements of the page by id, as what they are. */

/** Undefined where the page has no such element: an answer's own page has no field and no feed. */
export function find<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind | undefined {
  const found = document.getElementById(id)
  return found instanceof kind ? found : undefined
}

/** Throws where the page lacks it, which the server always sends. */
export function byId<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = find(id, kind)
  if (found === undefined) throw new Error(`the page has no #${id}`)
  return found
}

/** Tells people who cannot see the page. */
export function announce(text: string): void {
  byId('announce', HTMLElement).textContent = text
}

/** Sentences for this person alone, above the field. */
export function say(sentences: readonly string[]): void {
  find('said', HTMLElement)?.replaceChildren(
    ...sentences.map(sentence => {
      const line = document.createElement('p')
      line.textContent = sentence
      return line
    }),
  )
}

/** Sentences that the server put into the page, in its language. */
export function sentence(name: 'done' | 'offline'): string {
  return document.body.dataset[name] ?? ''
}
