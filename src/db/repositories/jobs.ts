/** The jobs table: acceptance, guarded state transitions, and queries. */
import { and, asc, desc, eq, gt, gte, inArray, isNull, lt, sql } from 'drizzle-orm'
import { isFinal, type JobState, mayMove } from '../../engine/jobs/job.ts'
import type { Claim, Failure, Waiting } from '../../engine/jobs/store.ts'
import { jobSizeOf } from '../../engine/jobs/times/job-size.ts'
import { countOf, sourcesOf, workOrder } from '../../engine/work-order.ts'
import { AppError } from '../../errors/errors.ts'
import type { Rows } from '../client.ts'
import {
  type JobReader,
  type JobRecord,
  type NewJob,
  selectJobs,
  withoutWords,
} from '../records/job-records.ts'
import type { ServedTime } from '../records/served-time.ts'
import { jobSources, jobs, people } from '../schema.ts'
import { firstOfAccount, setAside } from './open-jobs.ts'

/** The facts of a state transition. */
export interface MoveFacts {
  at: number
  /** Time on the device, added to that of earlier tries. */
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
  model: string
  device: string | null
  pictures: number
  createdAt: number
  startedAt: number | null
  runMs: number
}

/** What a removal needs to know of a job. */
export interface OwnJob {
  seq: number
  id: string
  platform: string
  removed: boolean
}

/** These are asked for at every step of every job, so they are prepared once. */
function prepareReads(rows: Rows) {
  const isThat = eq(jobs.id, sql.placeholder('id'))
  const isOfEvent = and(
    eq(jobs.platform, sql.placeholder('platform')),
    eq(jobs.eventId, sql.placeholder('eventId')),
  )
  return {
    job: selectJobs(rows).where(isThat).prepare(),
    state: rows.select({ state: jobs.state }).from(jobs).where(isThat).prepare(),
    ofEvent: selectJobs(rows).where(isOfEvent).orderBy(asc(jobs.eventIndex)).prepare(),
  }
}

export class JobsTable {
  readonly #rows: Rows
  readonly #reads: ReturnType<typeof prepareReads>
  readonly #served: Pick<ServedTime, 'nowMs'>
  readonly #reader: JobReader

  constructor(rows: Rows, reader: JobReader, served: Pick<ServedTime, 'nowMs'>) {
    this.#rows = rows
    this.#reads = prepareReads(rows)
    this.#reader = reader
    this.#served = served
  }

  /** Adds a job and returns the scheduler's view of it. The event id is unique: a second delivery of an event throws. */
  add(job: NewJob): Waiting {
    const { seq } = this.#rows
      .insert(jobs)
      .values({
        id: job.id,
        state: 'queued',
        personId: job.personId,
        platform: job.conversation.platform,
        spaceId: job.conversation.spaceId,
        channelId: job.conversation.channelId,
        conversation: job.conversation,
        eventId: job.eventId,
        eventIndex: job.eventIndex,
        action: job.action,
        promptAsTyped: job.promptAsTyped,
        order: job.order,
        modelName: job.order.kind === 'upscale' ? '' : job.order.model.name,
        pictureCount: countOf(job.order),
        parentJobId: job.parent?.jobId,
        parentPictureId: job.parent?.pictureId,
        createdAt: job.createdAt,
        acceptedServedMs: this.#served.nowMs(),
      })
      .returning({ seq: jobs.seq })
      .get()
    const sources = [...new Set(sourcesOf(job.order))].map(pictureId => ({ jobId: job.id, pictureId }))
    if (sources.length > 0) this.#rows.insert(jobSources).values(sources).run()
    return {
      jobId: job.id,
      personId: this.#turnOf(job.personId),
      priority: 0,
      seq,
      waitedMs: 0,
      ...jobSizeOf(job.order),
    }
  }

  #turnOf(personId: number): number {
    const row = this.#rows.select({ id: firstOfAccount }).from(people).where(eq(people.id, personId)).get()
    return row?.id ?? personId
  }

  /**
   * Claims a queued job for a device, with a new attempt; undefined when it is no longer queued. A job whose order cannot be
   * read is set aside.
   */
  claim(id: string, device: string, at: number): Claim | 'unreadable' | undefined {
    const row = this.#rows
      .update(jobs)
      .set({
        state: 'running',
        attempt: sql`${jobs.attempt} + 1`,
        device,
        startedAt: sql`coalesce(${jobs.startedAt}, ${at})`,
      })
      .where(and(eq(jobs.id, id), eq(jobs.state, 'queued')))
      .returning()
      .get()
    if (!row) return undefined
    const { attempt, failures, crashes } = row
    const order = workOrder.safeParse(row.order)
    if (order.success) return { jobId: id, attempt, failures, crashes, order: order.data }
    setAside(this.#rows, id, at)
    return 'unreadable'
  }

  /** Ends a claim; false when the job is no longer running with that attempt. */
  endClaim(claim: Pick<Claim, 'jobId' | 'attempt'>, to: JobState, facts: MoveFacts): boolean {
    return this.#move('running', to, facts, and(eq(jobs.id, claim.jobId), eq(jobs.attempt, claim.attempt)))
  }

  /** Ends a queued job; false when it is no longer queued. */
  endQueued(id: string, to: JobState, facts: MoveFacts): boolean {
    return this.#move('queued', to, facts, eq(jobs.id, id))
  }

  #move(from: JobState, to: JobState, facts: MoveFacts, which: ReturnType<typeof and>): boolean {
    if (!mayMove(from, to))
      throw new AppError('internal', { problem: `a job may not go from ${from} to ${to}` })
    const { changes } = this.#rows
      .update(jobs)
      .set({
        state: to,
        runMs: sql`${jobs.runMs} + ${Math.round(facts.runMs ?? 0)}`,
        failures: facts.failures,
        crashes: facts.crashes,
        failureCode: facts.failure?.code,
        failureDetails: facts.failure?.details,
        finishedAt: isFinal(to) ? facts.at : undefined,
      })
      .where(and(which, eq(jobs.state, from)))
      .run()
    return changes === 1
  }

  get(id: string): JobRecord | undefined {
    const row = this.#reads.job.get({ id })
    return row && this.#reader.read(row)
  }

  /** Whether the job exists and was not removed. */
  isThere(id: string): boolean {
    const row = this.#rows
      .select({ id: jobs.id })
      .from(jobs)
      .where(and(eq(jobs.id, id), isNull(jobs.removedAt)))
      .get()
    return row !== undefined
  }

  platformOf(id: string): string | undefined {
    return this.#rows.select({ platform: jobs.platform }).from(jobs).where(eq(jobs.id, id)).get()?.platform
  }

  stateOf(id: string): JobState | undefined {
    return this.#reads.state.get({ id })?.state
  }

  getAll(ids: readonly string[]): JobRecord[] {
    if (ids.length === 0) return []
    const found = selectJobs(this.#rows)
      .where(inArray(jobs.id, [...ids]))
      .all()
    return this.#reader.readAll(found)
  }

  /** The event that asked for the job. */
  eventOf(id: string): string | undefined {
    return this.#rows.select({ eventId: jobs.eventId }).from(jobs).where(eq(jobs.id, id)).get()?.eventId
  }

  byEvent(platform: string, eventId: string): JobRecord[] {
    return this.#reader.readAll(this.#reads.ofEvent.all({ platform, eventId }))
  }

  /** The newest jobs of a channel, the oldest of them first. */
  inChannel(place: { platform: string; spaceId: string; channelId: string }, limit: number): JobRecord[] {
    const found = selectJobs(this.#rows)
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

  /** At most `limit` jobs of these rows of people with a higher `seq`, in their order, whatever became of them. */
  ofPeople(personIds: readonly number[], afterSeq: number, limit: number): OwnJob[] {
    return this.#rows
      .select({ seq: jobs.seq, id: jobs.id, platform: jobs.platform, removedAt: jobs.removedAt })
      .from(jobs)
      .where(and(inArray(jobs.personId, [...personIds]), gt(jobs.seq, afterSeq)))
      .orderBy(asc(jobs.seq))
      .limit(limit)
      .all()
      .map(({ removedAt, ...job }) => ({ ...job, removed: removedAt !== null }))
  }

  /** The newest finished ones of these rows of people, newest first. */
  doneOf(personIds: readonly number[], limit: number): JobRecord[] {
    const found = selectJobs(this.#rows)
      .where(and(inArray(jobs.personId, [...personIds]), eq(jobs.state, 'done'), isNull(jobs.removedAt)))
      .orderBy(desc(jobs.seq))
      .limit(limit)
      .all()
    return this.#reader.readAll(found)
  }

  inState(state: JobState): JobRecord[] {
    const found = selectJobs(this.#rows).where(eq(jobs.state, state)).orderBy(asc(jobs.seq)).all()
    return this.#reader.readAll(found)
  }

  /** The jobs accepted from `fromMs` up to but not including `toMs`, in one space or in all. */
  figures(fromMs: number, toMs: number, space?: { platform: string; spaceId: string }): JobFigures[] {
    const inSpace = space && and(eq(jobs.platform, space.platform), eq(jobs.spaceId, space.spaceId))
    return this.#rows
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
  scrub(id: string, at: number): void {
    const row = this.#rows.select({ order: jobs.order }).from(jobs).where(eq(jobs.id, id)).get()
    const order = workOrder.safeParse(row?.order)
    this.#rows
      .update(jobs)
      // An unreadable order may contain text too.
      .set({ promptAsTyped: '', order: order.success ? withoutWords(order.data) : {}, removedAt: at })
      .where(eq(jobs.id, id))
      .run()
  }

  /** Deletes the row itself, with all dependent rows. */
  purge(id: string): void {
    this.#rows.delete(jobs).where(eq(jobs.id, id)).run()
  }
}
