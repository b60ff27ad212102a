/** The live stream: receives the changes of jobs from the server. */
import type { LiveEvents } from '../protocol.ts'
import { announce, sentence } from './elements.ts'
import type { Feed } from './feed.ts'

/** The delay after a response on which a browser stops reconnecting. */
const reconnectMs = 2000

export function connect(feed: Feed): void {
  const stream = new EventSource(`/live?limit=${feed.limit}`)
  const on = <Name extends keyof LiveEvents>(name: Name, take: (data: LiveEvents[Name]) => void) => {
    stream.addEventListener(name, event => take(JSON.parse(event.data)))
  }
  on('sync', versions => {
    document.body.classList.remove('offline')
    announce('')
    if (!feed.isCurrent(versions)) void feed.refresh()
  })
  on('job', job => feed.show(job))
  on('gone', jobId => feed.remove(jobId))
  stream.addEventListener('error', () => {
    document.body.classList.add('offline')
    announce(sentence('offline'))
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => connect(feed), reconnectMs)
  })
}
