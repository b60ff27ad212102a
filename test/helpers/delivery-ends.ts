/** What became of deliveries, as the database has it, for tests in which calls of a platform are refused at random. */
import { expect } from 'vitest'
import { z } from 'zod'
import { en } from '../../src/words/en.ts'
import type { TestEasel } from './build-test-easel.ts'

const row = z.object({
  id: z.string(),
  jobId: z.string(),
  end: z.string().nullable(),
  way: z.string().nullable(),
  refusals: z.string(),
})
export type DeliveryEnd = z.infer<typeof row>

/** Words of a job that is not over. */
const underway = new RegExp(
  [
    en.job.running,
    en.job.queued,
    en.job.next,
    'Place \\d+ in the queue',
    en.job.preparing,
    'Painting: step',
    en.job.finishing,
  ].join('|'),
)

/** What of these messages says that a job is under way. */
export function standingAsUnderway(texts: readonly string[]): string[] {
  return texts.filter(text => underway.test(text))
}

export function deliveryEnds(test: TestEasel): DeliveryEnd[] {
  const rows = test.built.db.client.sqlite
    .prepare('SELECT id, job_id AS jobId, end, way, refusals FROM deliveries ORDER BY rowid')
    .all()
  return z.array(row).parse(rows)
}

/**
 * Each picture stands once for each delivery that arrived, and what did not arrive is logged and told to its author.
 * `count` says how often these bytes stand on the platform.
 */
export async function expectAllEnded(test: TestEasel, count: (bytes: Uint8Array) => number): Promise<number> {
  const ends = deliveryEnds(test)
  expect(ends.filter(({ end }) => end !== 'arrived' && end !== 'undeliverable')).toEqual([])
  const logged = new Set(
    test.log.lines.flatMap(({ fields, message }) =>
      message === 'a result could not be delivered' && 'delivery' in fields ? [fields.delivery] : [],
    ),
  )
  for (const jobId of new Set(ends.map(end => end.jobId))) {
    const job = test.job(jobId)
    const of = ends.filter(each => each.jobId === jobId)
    // What was shown later by another delivery counts as arrived too, without a way of its own.
    const arrived = of.filter(({ end, way }) => end === 'arrived' && way !== null).length
    for (const { id } of job.pictures) {
      const bytes = await test.bytesOf(id)
      if (bytes === undefined) throw new Error(`picture ${id} has no bytes`)
      expect(count(bytes), `${job.promptAsTyped}: ${JSON.stringify(of)}`).toBe(arrived)
    }
    const lost = of.filter(({ end }) => end === 'undeliverable')
    for (const { id } of lost) expect(logged, `${job.promptAsTyped} is not logged`).toContain(id)
    if (lost.length === 0 || arrived > 0 || job.state !== 'done') continue
    const told = test.easel.notices(job.author).undelivered.map(each => each.job.id)
    expect(told, `${job.promptAsTyped} is not told`).toContain(jobId)
  }
  return ends.filter(({ end }) => end === 'undeliverable').length
}

/** What the log says of messages that stayed as they were, for whoever reads a failure. */
export function unfinished(test: TestEasel): string {
  const lines = test.log.lines.filter(({ message }) => message === 'a message was not brought to its end')
  return JSON.stringify(lines.map(({ fields }) => fields))
}
