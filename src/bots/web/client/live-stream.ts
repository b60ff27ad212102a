/** The live stream: receives the changes of jobs from the server, over one connection for all pages of a browser. */
import type { LiveEvents, LiveStreamMessage, StreamEvent } from '../protocol.ts'
import { announce, sentence } from './elements.ts'
import type { Feed } from './feed.ts'
import { LiveEventSource } from './live-events.ts'

/** `onConnected` is called for each new connection. */
export function connect(feed: Feed, onConnected: () => void): void {
  const url = new URL(`./live?limit=${feed.limit}`, document.baseURI).href
  const take = ({ name, data }: StreamEvent) => {
    switch (name) {
      case 'sync': {
        // Null for a page that joins a stream that is open.
        const versions: LiveEvents['sync'] | null = JSON.parse(data)
        document.body.classList.remove('offline')
        announce('')
        onConnected()
        if (versions === null || !feed.isCurrent(versions)) void feed.refresh()
        break
      }
      case 'job':
        feed.show(JSON.parse(data))
        break
      case 'gone':
        feed.remove(JSON.parse(data))
        break
      case 'lost':
        document.body.classList.add('offline')
        announce(sentence('offline'))
    }
  }
  // Some browsers of phones have no shared workers.
  if (typeof SharedWorker === 'undefined') new LiveEventSource(url, take)
  else share(url, take)
}

/** Joins the worker's stream. If the worker cannot be loaded, the page opens a stream of its own. */
function share(url: string, take: (event: StreamEvent) => void): void {
  const worker = new SharedWorker(new URL('./shared-stream-worker.js', import.meta.url), { type: 'module' })
  const { port } = worker
  const send = (message: LiveStreamMessage) => port.postMessage(message)
  port.addEventListener('message', ({ data }: MessageEvent<StreamEvent>) => take(data))
  port.start()
  worker.addEventListener('error', () => new LiveEventSource(url, take), { once: true })
  send({ kind: 'join', url })
  addEventListener('pagehide', () => send({ kind: 'leave' }))
  // The browser shows the page again from its cache.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) send({ kind: 'join', url })
  })
}
