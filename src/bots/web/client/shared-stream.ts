/**
 * The worker that holds the one live stream of all open pages of a browser. Over HTTP/1.1 a browser has six connections to a
 * server, and a stream of each page would use them up.
 */
import type { LiveStreamMessage } from '../protocol.ts'
import { LiveEventSource } from './live-events.ts'

class SharedStream {
  readonly #pages = new Set<MessagePort>()
  #events: LiveEventSource | undefined

  /** The first page's URL serves all: another limit only means that a page loads its feed after a reconnect. */
  take(page: MessagePort): void {
    page.addEventListener('message', ({ data }: MessageEvent<LiveStreamMessage>) => {
      if (data.kind === 'leave') this.#pages.delete(page)
      else this.#join(page, data.url)
    })
    page.start()
  }

  #join(page: MessagePort, url: string): void {
    this.#pages.add(page)
    // The stream has sent its versions already, and the page may be older than later changes.
    if (this.#events?.isConnected === true) page.postMessage({ name: 'sync', data: 'null' })
    this.#events ??= new LiveEventSource(url, event => {
      for (const each of this.#pages) each.postMessage(event)
    })
  }
}

const stream = new SharedStream()
addEventListener('connect', event => {
  if (event instanceof MessageEvent) for (const page of event.ports) stream.take(page)
})
