/** The prepared statements of the jobs table: those that run at every step of every job. */
import { and, asc, eq, isNull, sql } from 'drizzle-orm'
import type { QueryBuilder } from '../../client.ts'
import { columnPlaceholder, isInJson } from '../../column-placeholder.ts'
import { selectJobs } from '../../records/job-records.ts'
import { jobs } from '../../schema/jobs.ts'
import { people } from '../../schema/people.ts'
import { firstOfAccount } from './open-jobs.ts'

export type JobStatements = ReturnType<typeof prepareJobStatements>

/** Building a statement costs more than running it, so each of these is built once. */
export function prepareJobStatements(query: QueryBuilder) {
  return { ...prepareReads(query), ...prepareWrites(query) }
}

function prepareReads(query: QueryBuilder) {
  const hasId = eq(jobs.id, sql.placeholder('id'))
  const isOfEvent = and(
    eq(jobs.platform, sql.placeholder('platform')),
    eq(jobs.eventId, sql.placeholder('eventId')),
  )
  return {
    job: selectJobs(query).where(hasId).prepare(),
    jobs: selectJobs(query).where(isInJson(jobs.id, 'ids')).prepare(),
    state: query.select({ state: jobs.state }).from(jobs).where(hasId).prepare(),
    /** A row if the job exists and was not removed. */
    present: query
      .select({ id: jobs.id })
      .from(jobs)
      .where(and(hasId, isNull(jobs.removedAt)))
      .prepare(),
    event: query.select({ platform: jobs.platform, eventId: jobs.eventId }).from(jobs).where(hasId).prepare(),
    ofEvent: selectJobs(query).where(isOfEvent).orderBy(asc(jobs.eventIndex)).prepare(),
    /** The row of people that represents the account of a person in the fair order of the queue. */
    turn: query
      .select({ id: firstOfAccount })
      .from(people)
      .where(eq(people.id, sql.placeholder('personId')))
      .prepare(),
  }
}

function prepareWrites(query: QueryBuilder) {
  return {
    add: prepareAdd(query),
    claim: prepareClaim(query),
    requestCancel: query
      .update(jobs)
      .set({ cancelRequestedAt: sql`coalesce(${jobs.cancelRequestedAt}, ${sql.placeholder('at')})` })
      .where(and(eq(jobs.id, sql.placeholder('id')), eq(jobs.state, 'running')))
      .prepare(),
    move: prepareMove(query),
  }
}

function prepareAdd(query: QueryBuilder) {
  return query
    .insert(jobs)
    .values({
      id: sql.placeholder('id'),
      state: 'queued',
      personId: sql.placeholder('personId'),
      platform: sql.placeholder('platform'),
      spaceId: sql.placeholder('spaceId'),
      channelId: sql.placeholder('channelId'),
      conversation: sql.placeholder('conversation'),
      eventId: sql.placeholder('eventId'),
      eventIndex: sql.placeholder('eventIndex'),
      action: sql.placeholder('action'),
      promptAsTyped: sql.placeholder('promptAsTyped'),
      order: sql.placeholder('order'),
      modelName: sql.placeholder('modelName'),
      pictureCount: sql.placeholder('pictureCount'),
      parentJobId: sql.placeholder('parentJobId'),
      parentPictureId: sql.placeholder('parentPictureId'),
      createdAt: sql.placeholder('createdAt'),
      acceptedServedMs: sql.placeholder('acceptedServedMs'),
    })
    .returning({ seq: jobs.seq })
    .prepare()
}

/** Guarded: no row is returned if the job is not queued any more. */
function prepareClaim(query: QueryBuilder) {
  return query
    .update(jobs)
    .set({
      state: 'running',
      attempt: sql`${jobs.attempt} + 1`,
      device: sql`${sql.placeholder('device')}`,
      startedAt: sql`coalesce(${jobs.startedAt}, ${sql.placeholder('at')})`,
    })
    .where(and(eq(jobs.id, sql.placeholder('id')), eq(jobs.state, 'queued')))
    .returning({
      attempt: jobs.attempt,
      failures: jobs.failures,
      crashes: jobs.crashes,
      order: jobs.order,
    })
    .prepare()
}

/** A guarded change of state. A fact that is given as null leaves its column unchanged; a null attempt fits every attempt. */
function prepareMove(query: QueryBuilder) {
  const given = (name: 'failures' | 'crashes' | 'failureCode' | 'failureDetails' | 'finishedAt') =>
    sql`coalesce(${columnPlaceholder(name, jobs[name])}, ${jobs[name]})`
  return query
    .update(jobs)
    .set({
      state: columnPlaceholder('to', jobs.state),
      runMs: sql`${jobs.runMs} + ${sql.placeholder('runMs')}`,
      failures: given('failures'),
      crashes: given('crashes'),
      failureCode: given('failureCode'),
      failureDetails: given('failureDetails'),
      finishedAt: given('finishedAt'),
    })
    .where(
      and(
        eq(jobs.id, sql.placeholder('id')),
        eq(jobs.state, sql.placeholder('from')),
        sql`${jobs.attempt} = coalesce(${sql.placeholder('attempt')}, ${jobs.attempt})`,
      ),
    )
    .prepare()
}
