/** The worker that holds the one live stream of all open pages of a browser. */
import { LiveEventSource } from './live-events.ts'
import { SharedStream } from './shared-stream.ts'

const stream = new SharedStream((url, take) => new LiveEventSource(url, take))
addEventListener('connect', event => {
  if (event instanceof MessageEvent) for (const page of event.ports) stream.take(page)
})
