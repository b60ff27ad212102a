/** The feed of the page: the latest jobs, with the card of each of their threads. */
import type { Easel } from '../../../app/easel.ts'
import type { Words } from '../../../words/en.ts'
import { anyVisitor, threadOf } from '../inbound/visitors.ts'
import type { FeedReply } from '../protocol.ts'
import { jobFragment } from './render-job.tsx'

export function feedOf(easel: Easel, words: Words, limit: number): FeedReply {
  const jobs = easel.jobsHere(anyVisitor, limit + 1)
  const shown = jobs.slice(-limit)
  const shownIds = new Set(shown.map(job => job.id))
  const olderRoots = [...new Set(shown.map(threadOf))]
    .filter(id => !shownIds.has(id))
    .flatMap(id => easel.job(id, anyVisitor) ?? [])
  return {
    fragments: [...olderRoots, ...shown].map(job => jobFragment(job, words)),
    hasEarlier: jobs.length > limit,
  }
}
