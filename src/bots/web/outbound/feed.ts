/** The feed of the page: the latest jobs, with the card of each of their threads. */
import { setImmediate } from 'node:timers/promises'
import type { Easel } from '../../../app/easel.ts'
import type { Words } from '../../../words/en.ts'
import { anonymousViewer, threadOf } from '../inbound/visitors.ts'
import type { FeedReply, JobFragment } from '../protocol.ts'
import { jobFragment } from './render-job.tsx'

/** Jobs that are rendered in one turn of the event loop. Rendering one takes up to 0.3 ms of the main thread. */
const jobsPerTurn = 25

/** Reads all jobs at once, and renders them in several turns of the event loop, so that a long page delays nobody else. */
export async function feedOf(easel: Easel, words: Words, limit: number): Promise<FeedReply> {
  const jobs = easel.jobsHere(anonymousViewer, limit + 1)
  const shown = jobs.slice(-limit)
  const shownIds = new Set(shown.map(job => job.id))
  const olderRoots = [...new Set(shown.map(threadOf))]
    .filter(id => !shownIds.has(id))
    .flatMap(id => easel.job(id, anonymousViewer) ?? [])
  const fragments: JobFragment[] = []
  for (const job of [...olderRoots, ...shown]) {
    if (fragments.length > 0 && fragments.length % jobsPerTurn === 0) await setImmediate()
    fragments.push(jobFragment(job, words))
  }
  return { fragments, hasEarlier: jobs.length > limit }
}
