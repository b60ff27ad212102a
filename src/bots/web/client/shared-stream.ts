/**
 * One live stream for all open pages of a browser. Over HTTP/1.1 a browser has six connections to a server, and a stream of
 * each page would use them up.
 */
import type { LiveStreamMessage, StreamEvent } from '../protocol.ts'

/** The source of the events. */
export interface StreamSource {
  readonly isConnected: boolean
}

/** A page's port, as far as it is used. */
export interface PagePort {
  addEventListener(type: 'message', listen: (message: { data: LiveStreamMessage }) => void): void
  start(): void
  postMessage(event: StreamEvent): void
}

export class SharedStream {
  readonly #pages = new Set<PagePort>()
  readonly #open: (url: string, take: (event: StreamEvent) => void) => StreamSource
  #source: StreamSource | undefined
  #isLost = false

  constructor(open: (url: string, take: (event: StreamEvent) => void) => StreamSource) {
    this.#open = open
  }

  /** The first page's URL serves all: another limit only means that a page loads its feed after a reconnect. */
  take(page: PagePort): void {
    page.addEventListener('message', ({ data }) => {
      if (data.kind === 'leave') this.#pages.delete(page)
      else this.#join(page, data.url)
    })
    page.start()
  }

  #join(page: PagePort, url: string): void {
    this.#pages.add(page)
    // The stream has sent its versions already, and the page may be older than later changes.
    if (this.#source?.isConnected === true) page.postMessage({ name: 'sync', data: 'null' })
    // The connection was lost before the page joined.
    else if (this.#isLost) page.postMessage({ name: 'lost', data: '' })
    this.#source ??= this.#open(url, event => {
      this.#isLost = event.name === 'lost'
      for (const each of this.#pages) each.postMessage(event)
    })
  }
}
