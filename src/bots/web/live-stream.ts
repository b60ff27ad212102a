/** The live stream to one browser, as server-sent events. */
import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { Clock } from '../../ports.ts'
import type { Words } from '../../words/en.ts'
import type { Change, Live } from './live.ts'
import type { FeedReply } from './protocol.ts'
import { jobFragment } from './render-job.tsx'

/**
 * 200 waiting jobs that each move up must not flood a browser. A comment goes to quiet ones, so that both sides notice
 * a connection that died.
 */
const pace = { limit: 20, restMs: 80, quietMs: 15_000 }

/**
 * First `sync` with the versions of all that should be on the page, from which a browser that was away sees what it
 * missed; then `job` for each job that changed and `gone` for each that was deleted.
 */
export function liveStream(
  c: Context,
  parts: { live: Live; clock: Clock; words: Words; feed: () => FeedReply },
): Response {
  const { live, clock, words } = parts
  return streamSSE(c, async stream => {
    // Before the feed is read, so that no change falls between the two.
    const subscription = live.subscribe(clock, pace)
    stream.onAbort(() => live.unsubscribe(subscription))
    const versions = parts.feed().fragments.map(({ jobId, version }) => [jobId, version])
    await stream.writeSSE({ event: 'sync', data: JSON.stringify(versions) })
    for (;;) {
      const changes = await subscription.next()
      if (!changes) break
      if (changes.length === 0) await stream.write(': still here\n\n')
      for (const change of changes) await stream.writeSSE(eventOf(change, words))
    }
    live.unsubscribe(subscription)
  })
}

function eventOf(change: Change, words: Words): { event: string; data: string } {
  return change.kind === 'removed'
    ? { event: 'gone', data: JSON.stringify(change.jobId) }
    : { event: 'job', data: JSON.stringify(jobFragment(change.job, words)) }
}
