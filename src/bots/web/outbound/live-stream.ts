/** The live stream to one browser, as server-sent events. */
import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { Clock } from '../../../system/ports.ts'
import type { Words } from '../../../words/en.ts'
import type { FeedReply } from '../protocol.ts'
import type { FeedChange, Live } from './live.ts'
import { jobFragment } from './render-job.tsx'

/**
 * Batching limits the events when 200 waiting jobs each move up. Idle connections get a comment, so both sides detect a
 * dead one.
 */
const throttle = { limit: 20, restMs: 80, quietMs: 15_000 }

/** The open streams of one address. A household, an office or a proxy that is not configured shares one. */
export const maxStreamsOfAddress = 100

interface LiveStreamParts {
  live: Live
  clock: Clock
  words: Words
  /** The key of the requesting address. */
  address: string
  eventOf: (change: FeedChange) => LiveEvent
  feed: () => Promise<FeedReply>
}

/**
 * Refuses an address with too many open streams. Otherwise it sends `sync` first, with the versions of all jobs on the page, so
 * a reconnected browser detects what it missed. Then it sends `job` for each changed job and `gone` for each deleted one.
 */
export function liveStream(c: Context, parts: LiveStreamParts): Response {
  const { live, clock, address, eventOf } = parts
  if (live.countOf(address) >= maxStreamsOfAddress) return c.text(parts.words.web.refused.streams, 429)
  // The body of a response to HEAD is never read or cancelled, so its stream would stay open for ever.
  if (c.req.method === 'HEAD') return c.body(null, 200, { 'Content-Type': 'text/event-stream' })
  // nginx would collect the events in a buffer.
  c.header('X-Accel-Buffering', 'no')
  return streamSSE(c, async stream => {
    // Subscribes before reading the feed, so no change is lost between the two.
    const subscription = live.subscribe(clock, throttle, address)
    stream.onAbort(() => live.unsubscribe(subscription))
    const { fragments } = await parts.feed()
    const versions = fragments.map(({ jobId, version }) => [jobId, version])
    await stream.writeSSE({ event: 'sync', data: JSON.stringify(versions) })
    for (;;) {
      const changes = await subscription.next()
      if (!changes) break
      if (changes.length === 0) await stream.write(': still here\n\n')
      for (const change of changes) await stream.writeSSE(eventOf(change))
    }
    live.unsubscribe(subscription)
  })
}

interface LiveEvent {
  event: string
  data: string
}

/** Renders a change for all browsers: once, however many are open. */
export function liveEvents(words: Words): (change: FeedChange) => LiveEvent {
  const rendered = new WeakMap<FeedChange, LiveEvent>()
  return change => {
    const event = rendered.get(change) ?? eventOf(change, words)
    rendered.set(change, event)
    return event
  }
}

function eventOf(change: FeedChange, words: Words): LiveEvent {
  return change.kind === 'removed'
    ? { event: 'gone', data: JSON.stringify(change.jobId) }
    : { event: 'job', data: JSON.stringify(jobFragment(change.job, words)) }
}
