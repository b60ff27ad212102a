/** Running and queued jobs: the queue's queries on the jobs table. */
import { and, asc, count, desc, eq, gte, inArray, isNull, notInArray, sql } from 'drizzle-orm'
import { isFinal, jobStates } from '../../../engine/jobs/job.ts'
import type { QueuedJob } from '../../../engine/jobs/job-store.ts'
import { workOrder } from '../../../engine/work-order.ts'
import type { QueryBuilder } from '../../client.ts'
import { isInJson } from '../../column-placeholder.ts'
import { type JobReader, type JobRecord, selectJobs } from '../../records/job-records.ts'
import { lostConversation, lostOrder } from '../../records/lost-order.ts'
import type { ServedTime } from '../../records/served-time.ts'
import { jobs } from '../../schema/jobs.ts'
import { people } from '../../schema/people.ts'
import { conversation } from '../documents.ts'

/** Fairness is per account: a person in several spaces has the same share as others. */
export const firstOfAccount = sql<number>`(select min(p.id) from people p where p.account = people.account)`

const open = inArray(jobs.state, ['queued', 'running'])
/** Open, or in a state of another version. */
const unfinished = notInArray(jobs.state, jobStates.filter(isFinal))

/** These run at every request, so they are prepared once. */
function prepareCounts(query: QueryBuilder) {
  const isQueued = eq(jobs.state, 'queued')
  const countJobs = () => query.select({ count: count() }).from(jobs)
  return {
    queued: countJobs().where(isQueued).prepare(),
    queuedOf: countJobs()
      .where(and(isQueued, isInJson(jobs.personId, 'personIds')))
      .prepare(),
    queuedFrom: countJobs()
      .innerJoin(people, eq(people.id, jobs.personId))
      .where(and(isQueued, eq(people.address, sql.placeholder('address'))))
      .prepare(),
  }
}

export class OpenJobs {
  readonly #query: QueryBuilder
  readonly #counts: ReturnType<typeof prepareCounts>
  readonly #reader: JobReader
  readonly #served: Pick<ServedTime, 'nowMs'>

  constructor(query: QueryBuilder, reader: JobReader, served: Pick<ServedTime, 'nowMs'>) {
    this.#query = query
    this.#counts = prepareCounts(query)
    this.#reader = reader
    this.#served = served
  }

  /** All queued jobs in the scheduler's view. */
  queuedJobs(): QueuedJob[] {
    return this.#query
      .select({
        jobId: jobs.id,
        personId: firstOfAccount,
        priority: jobs.priority,
        seq: jobs.seq,
        acceptedServedMs: jobs.acceptedServedMs,
        order: jobs.order,
      })
      .from(jobs)
      .innerJoin(people, eq(people.id, jobs.personId))
      .where(eq(jobs.state, 'queued'))
      .orderBy(asc(jobs.seq))
      .all()
      .flatMap(({ order, acceptedServedMs, ...row }) => {
        const parsed = workOrder.safeParse(order)
        const waitedMs = Math.max(0, this.#served.nowMs() - acceptedServedMs)
        return parsed.success ? { ...row, waitedMs, ...this.#reader.sizeOf(parsed.data) } : []
      })
  }

  /** The number of queued jobs of everybody, or of those people. */
  countQueued(personIds?: readonly number[]): number {
    const row = personIds
      ? this.#counts.queuedOf.get({ personIds: JSON.stringify(personIds) })
      : this.#counts.queued.get()
    return row?.count ?? 0
  }

  /** The number of queued jobs of everybody whose last request came from an address. */
  countQueuedFrom(address: string): number {
    return this.#counts.queuedFrom.get({ address })?.count ?? 0
  }

  /** Whether the same press by the same person on the same object started a job that is not finished, at `sinceMs` or later. */
  underway(
    personIds: readonly number[],
    parent: { jobId: string; pictureId?: string },
    action: string,
    sinceMs = 0,
  ): boolean {
    const { jobId, pictureId } = parent
    const row = this.#query
      .select({ id: jobs.id })
      .from(jobs)
      .where(
        and(
          eq(jobs.parentJobId, jobId),
          pictureId === undefined ? isNull(jobs.parentPictureId) : eq(jobs.parentPictureId, pictureId),
          eq(jobs.action, action),
          inArray(jobs.personId, [...personIds]),
          gte(jobs.createdAt, sinceMs),
          open,
        ),
      )
      .get()
    return row !== undefined
  }

  /** The first running or queued jobs of some people: running jobs first, then by age. */
  first(personIds: readonly number[], limit: number): JobRecord[] {
    const found = selectJobs(this.#query)
      .where(openOf(personIds))
      .orderBy(desc(jobs.state), asc(jobs.seq))
      .limit(limit)
      .all()
    return this.#reader.readAll(found)
  }

  count(personIds: readonly number[]): number {
    return this.#query.select({ count: count() }).from(jobs).where(openOf(personIds)).get()?.count ?? 0
  }

  /**
   * Ends unreadable jobs that are in no final state: they can be neither painted nor cancelled. `id`: the id of a single job to
   * check. Returns their ids.
   */
  endUnreadable(at: number, id?: string): string[] {
    return selectJobs(this.#query)
      .where(and(unfinished, id === undefined ? undefined : eq(jobs.id, id)))
      .all()
      .flatMap(row => {
        if (this.#reader.read(row)) return []
        endAsUnreadable(this.#query, row.job.id, at)
        return [row.job.id]
      })
  }
}

/**
 * Ends a job with an unreadable record, as cancelled where a cancel was accepted. Unreadable columns are replaced, so that its
 * author can be notified.
 */
function endAsUnreadable(query: QueryBuilder, id: string, at: number): void {
  const row = query.select().from(jobs).where(eq(jobs.id, id)).get()
  if (!row) return
  query
    .update(jobs)
    .set({
      ...(row.cancelRequestedAt === null
        ? { state: 'failed', failureCode: 'record-unreadable', failureDetails: {} }
        : { state: 'cancelled' }),
      finishedAt: at,
      order: workOrder.safeParse(row.order).success ? undefined : lostOrder(row),
      conversation: conversation.safeParse(row.conversation).success ? undefined : lostConversation(row),
    })
    .where(eq(jobs.id, id))
    .run()
}

function openOf(personIds: readonly number[]) {
  return and(inArray(jobs.personId, [...personIds]), open, isNull(jobs.removedAt))
}
