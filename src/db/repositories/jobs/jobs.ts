/** The jobs table: acceptance, guarded state transitions, and queries. */
import { and, asc, desc, eq, gt, gte, inArray, isNull, lt, notExists } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { isFinal, type JobState, mayMove } from '../../../engine/jobs/job.ts'
import type { Claim, Failure, QueuedJob } from '../../../engine/jobs/job-store.ts'
import { countOf, sourcesOf, workOrder } from '../../../engine/work-order.ts'
import { AppError } from '../../../errors/errors.ts'
import type { QueryBuilder } from '../../client.ts'
import {
  type JobReader,
  type JobRecord,
  type NewJob,
  selectJobs,
  withoutUserText,
} from '../../records/job-records.ts'
import type { ServedTime } from '../../records/served-time.ts'
import { deliveries, outbox } from '../../schema/deliveries.ts'
import { jobSources, jobs } from '../../schema/jobs.ts'
import { people } from '../../schema/people.ts'
import { pictures } from '../../schema/pictures.ts'
import { type JobStatements, prepareJobStatements } from './job-statements.ts'

/** The facts of a state transition. */
export interface MoveFacts {
  at: number
  /** Time on the device, added to that of earlier attempts. */
  runMs?: number
  failures?: number
  crashes?: number
  failure?: Failure
}

/** The figures of one job, for statistics. */
export interface JobFigures {
  state: JobState
  person: string
  personId: number
  /** Empty: an upscale, which uses no model. */
  model: string
  device: string | null
  pictures: number
  createdAt: number
  startedAt: number | null
  runMs: number
}

/** The properties of a job that a removal uses. */
export interface OwnJob {
  seq: number
  id: string
  platform: string
  removed: boolean
}

export class JobsTable {
  readonly #query: QueryBuilder
  readonly #statements: JobStatements
  readonly #served: Pick<ServedTime, 'nowMs'>
  readonly #reader: JobReader

  constructor(query: QueryBuilder, reader: JobReader, served: Pick<ServedTime, 'nowMs'>) {
    this.#query = query
    this.#statements = prepareJobStatements(query)
    this.#reader = reader
    this.#served = served
  }

  /** Adds a job and returns the scheduler's view of it. The event id is unique: a second delivery of an event throws. */
  add(job: NewJob): QueuedJob {
    const { platform, spaceId, channelId } = job.conversation
    const { seq } = this.#statements.add.get({
      ...job,
      platform,
      spaceId,
      channelId,
      modelName: job.order.kind === 'upscale' ? '' : job.order.model.name,
      pictureCount: countOf(job.order),
      parentJobId: job.parent?.jobId ?? null,
      parentPictureId: job.parent?.pictureId ?? null,
      acceptedServedMs: this.#served.nowMs(),
    })
    const sources = [...new Set(sourcesOf(job.order))].map(pictureId => ({ jobId: job.id, pictureId }))
    if (sources.length > 0) this.#query.insert(jobSources).values(sources).run()
    return {
      jobId: job.id,
      personId: this.#turnOf(job.personId),
      priority: 0,
      seq,
      waitedMs: 0,
      ...this.#reader.sizeOf(job.order),
    }
  }

  #turnOf(personId: number): number {
    return this.#statements.turn.get({ personId })?.id ?? personId
  }

  /**
   * Claims a queued job for a device, with a new attempt; undefined when it is no longer queued, or when its order cannot be
   * read.
   */
  claim(id: string, device: string, at: number): Claim | undefined {
    const row = this.#statements.claim.get({ id, device, at })
    // Drizzle's type has no place for a guarded update that changed no row.
    if (!row) return undefined
    const { attempt, failures, crashes } = row
    const order = workOrder.safeParse(row.order)
    return order.success ? { jobId: id, attempt, failures, crashes, order: order.data } : undefined
  }

  /** Ends a claim; false when the job is no longer running with that attempt. */
  endClaim(claim: Pick<Claim, 'jobId' | 'attempt'>, to: JobState, facts: MoveFacts): boolean {
    return this.#move(claim.jobId, 'running', to, facts, claim.attempt)
  }

  /** Ends a queued job; false when it is no longer queued. */
  endQueued(id: string, to: JobState, facts: MoveFacts): boolean {
    return this.#move(id, 'queued', to, facts)
  }

  /** Records a request to cancel a running job; false when it is not running. */
  requestCancel(id: string, at: number): boolean {
    return this.#statements.requestCancel.run({ id, at }).changes === 1
  }

  /** `attempt`: undefined for any attempt. */
  #move(id: string, from: JobState, to: JobState, facts: MoveFacts, attempt?: number): boolean {
    if (!mayMove(from, to))
      throw new AppError('internal', { problem: `a job may not go from ${from} to ${to}` })
    const { changes } = this.#statements.move.run({
      id,
      from,
      attempt: attempt ?? null,
      to,
      runMs: Math.round(facts.runMs ?? 0),
      failures: facts.failures ?? null,
      crashes: facts.crashes ?? null,
      failureCode: facts.failure?.code ?? null,
      failureDetails: facts.failure?.details ?? null,
      finishedAt: isFinal(to) ? facts.at : null,
    })
    return changes === 1
  }

  get(id: string): JobRecord | undefined {
    const row = this.#statements.job.get({ id })
    return row && this.#reader.read(row)
  }

  /** Whether the job exists and was not removed. */
  exists(id: string): boolean {
    return this.#statements.present.get({ id }) !== undefined
  }

  platformOf(id: string): string | undefined {
    return this.#statements.event.get({ id })?.platform
  }

  stateOf(id: string): JobState | undefined {
    return this.#statements.state.get({ id })?.state
  }

  getAll(ids: readonly string[]): JobRecord[] {
    if (ids.length === 0) return []
    return this.#reader.readAll(this.#statements.jobs.all({ ids: JSON.stringify(ids) }))
  }

  /** The id of the event that created the job. */
  eventOf(id: string): string | undefined {
    return this.#statements.event.get({ id })?.eventId
  }

  byEvent(platform: string, eventId: string): JobRecord[] {
    return this.#reader.readAll(this.#statements.ofEvent.all({ platform, eventId }))
  }

  /** The newest jobs of a channel, the oldest of them first. */
  inChannel(place: { platform: string; spaceId: string; channelId: string }, limit: number): JobRecord[] {
    const found = selectJobs(this.#query)
      .where(
        and(
          eq(jobs.platform, place.platform),
          eq(jobs.spaceId, place.spaceId),
          eq(jobs.channelId, place.channelId),
          isNull(jobs.removedAt),
        ),
      )
      .orderBy(desc(jobs.seq))
      .limit(limit)
      .all()
    return this.#reader.readAll(found).reverse()
  }

  /** At most `limit` jobs of these rows of people with a higher `seq`, in their order and in any state. */
  ofPeople(personIds: readonly number[], afterSeq: number, limit: number): OwnJob[] {
    return this.#query
      .select({ seq: jobs.seq, id: jobs.id, platform: jobs.platform, removedAt: jobs.removedAt })
      .from(jobs)
      .where(and(inArray(jobs.personId, [...personIds]), gt(jobs.seq, afterSeq)))
      .orderBy(asc(jobs.seq))
      .limit(limit)
      .all()
      .map(({ removedAt, ...job }) => ({ ...job, removed: removedAt !== null }))
  }

  /** The newest finished jobs of these rows of people, newest first. */
  doneOf(personIds: readonly number[], limit: number): JobRecord[] {
    const found = selectJobs(this.#query)
      .where(and(inArray(jobs.personId, [...personIds]), eq(jobs.state, 'done'), isNull(jobs.removedAt)))
      .orderBy(desc(jobs.seq))
      .limit(limit)
      .all()
    return this.#reader.readAll(found)
  }

  /**
   * At most `limit` jobs that ended before, the oldest first, without those that are still being delivered or that an unfinished job
   * starts from.
   */
  endedBefore(atMs: number, limit: number): string[] {
    const undelivered = this.#query
      .select({ id: outbox.id })
      .from(outbox)
      .innerJoin(deliveries, eq(deliveries.id, outbox.deliveryId))
      .where(eq(deliveries.jobId, jobs.id))
    const child = alias(jobs, 'child')
    const needed = this.#query
      .select({ id: pictures.id })
      .from(pictures)
      .innerJoin(jobSources, eq(jobSources.pictureId, pictures.id))
      .innerJoin(child, eq(child.id, jobSources.jobId))
      .where(and(eq(pictures.jobId, jobs.id), isNull(child.finishedAt)))
    return this.#query
      .select({ id: jobs.id })
      .from(jobs)
      .where(
        and(isNull(jobs.removedAt), lt(jobs.finishedAt, atMs), notExists(undelivered), notExists(needed)),
      )
      .orderBy(asc(jobs.finishedAt))
      .limit(limit)
      .all()
      .map(({ id }) => id)
  }

  inState(state: JobState): JobRecord[] {
    const found = selectJobs(this.#query).where(eq(jobs.state, state)).orderBy(asc(jobs.seq)).all()
    return this.#reader.readAll(found)
  }

  /** The jobs accepted from `fromMs` up to but not including `toMs`, in one space or in all. */
  figures(fromMs: number, toMs: number, space?: { platform: string; spaceId: string }): JobFigures[] {
    const inSpace = space && and(eq(jobs.platform, space.platform), eq(jobs.spaceId, space.spaceId))
    return this.#query
      .select({
        state: jobs.state,
        person: people.name,
        personId: jobs.personId,
        model: jobs.modelName,
        device: jobs.device,
        pictures: jobs.pictureCount,
        createdAt: jobs.createdAt,
        startedAt: jobs.startedAt,
        runMs: jobs.runMs,
      })
      .from(jobs)
      .innerJoin(people, eq(people.id, jobs.personId))
      .where(and(gte(jobs.createdAt, fromMs), lt(jobs.createdAt, toMs), inSpace))
      .orderBy(asc(jobs.createdAt))
      .all()
  }

  /** Deletes all text of a person from the job and hides it; figures and links stay. */
  eraseText(id: string, at: number): void {
    const row = this.#query.select({ order: jobs.order }).from(jobs).where(eq(jobs.id, id)).get()
    const order = workOrder.safeParse(row?.order)
    this.#query
      .update(jobs)
      // An unreadable order may contain text too.
      .set({ promptAsTyped: '', order: order.success ? withoutUserText(order.data) : {}, removedAt: at })
      .where(eq(jobs.id, id))
      .run()
  }

  /** Deletes the row itself, with all dependent rows. */
  purge(id: string): void {
    this.#query.delete(jobs).where(eq(jobs.id, id)).run()
  }
}
