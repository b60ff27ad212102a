/** Statements on deliveries that run at every progress, or for the result of every delivery, so they are prepared once. */
import { and, asc, eq, gte, isNull, sql } from 'drizzle-orm'
import type { QueryBuilder } from '../../client.ts'
import { columnPlaceholder, isInJson } from '../../column-placeholder.ts'
import { identityColumns } from '../../records/identity-columns.ts'
import { deliveries, outbox } from '../../schema/deliveries.ts'
import { jobs, usage } from '../../schema/jobs.ts'
import { people } from '../../schema/people.ts'
import { oldestEntryOf } from './outbox.ts'

const id = sql.placeholder('id')
const hasId = eq(deliveries.id, id)

export function selectDeliveries(query: QueryBuilder) {
  return query
    .select({ delivery: deliveries, recipient: identityColumns, jobRemovedAt: jobs.removedAt })
    .from(deliveries)
    .innerJoin(people, eq(people.id, deliveries.personId))
    .innerJoin(jobs, eq(jobs.id, deliveries.jobId))
    .$dynamic()
}

export function prepareStatements(query: QueryBuilder) {
  return { ...prepareReads(query), ...prepareUndelivered(query), ...prepareWrites(query) }
}

function prepareReads(query: QueryBuilder) {
  return {
    delivery: selectDeliveries(query).where(hasId).prepare(),
    turn: query
      .select({
        delivery: deliveries,
        recipient: identityColumns,
        jobRemovedAt: jobs.removedAt,
        jobState: jobs.state,
        entry: outbox,
      })
      .from(deliveries)
      .innerJoin(people, eq(people.id, deliveries.personId))
      .innerJoin(jobs, eq(jobs.id, deliveries.jobId))
      .leftJoin(outbox, eq(outbox.id, oldestEntryOf(deliveries.id)))
      .where(hasId)
      .prepare(),
    platform: query.select({ platform: deliveries.platform }).from(deliveries).where(hasId).prepare(),
    address: query.select({ address: deliveries.address }).from(deliveries).where(hasId).prepare(),
  }
}

/** Results that arrived nowhere, of some people, oldest first; `newlyUndelivered`: since their last request. */
function prepareUndelivered(query: QueryBuilder) {
  const isUndelivered = and(
    isInJson(jobs.personId, 'personIds'),
    eq(deliveries.end, 'undeliverable'),
    eq(deliveries.id, deliveries.jobId),
    isNull(jobs.removedAt),
  )
  const lastRequestAt = sql`(select coalesce(max(${usage.acceptedAt}), 0) from ${usage}
    where ${isInJson(usage.personId, 'personIds')})`
  const isNew = and(isUndelivered, gte(deliveries.endedAt, lastRequestAt))
  const inOrder = asc(deliveries.endedAt)
  return {
    undelivered: selectDeliveries(query).where(isUndelivered).orderBy(inOrder).prepare(),
    newlyUndelivered: selectDeliveries(query).where(isNew).orderBy(inOrder).prepare(),
  }
}

function prepareWrites(query: QueryBuilder) {
  const given = (name: 'address' | 'method' | 'refusals' | 'endedAt') =>
    columnPlaceholder(name, deliveries[name])
  return {
    add: query
      .insert(deliveries)
      .values({
        id,
        jobId: sql.placeholder('jobId'),
        platform: sql.placeholder('platform'),
        personId: sql.placeholder('personId'),
        conversation: columnPlaceholder('conversation', deliveries.conversation),
      })
      .prepare(),
    setAddress: query
      .update(deliveries)
      .set({ address: given('address') })
      .where(hasId)
      .prepare(),
    arrive: query
      .update(deliveries)
      .set({
        address: given('address'),
        method: given('method'),
        end: 'arrived',
        refusals: given('refusals'),
        endedAt: given('endedAt'),
      })
      .where(hasId)
      .prepare(),
  }
}
