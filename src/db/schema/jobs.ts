/**
 * The tables of jobs: the jobs, their sources and places, and the quota that they used. In every table times are milliseconds
 * since 1970, and documents are JSON and parsed when they are read.
 */
import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { jobStates } from '../../engine/jobs/job.ts'
import { json } from '../records/json-column.ts'
import { people } from './people.ts'

/** Every job ever accepted. A removed job stays without prompt and pictures, so that figures and links stay true. */
export const jobs = sqliteTable(
  'jobs',
  {
    /** The order of acceptance. */
    seq: integer().primaryKey({ autoIncrement: true }),
    id: text().notNull().unique(),
    state: text('state', { enum: jobStates }).notNull(),
    personId: integer('person_id')
      .notNull()
      .references(() => people.id),
    platform: text().notNull(),
    spaceId: text('space_id').notNull(),
    channelId: text('channel_id').notNull(),
    /** Conversation. */
    conversation: json().notNull(),
    /** The platform's event, and the job's index among the jobs of that event. */
    eventId: text('event_id').notNull(),
    eventIndex: integer('event_index').notNull(),
    /** `imagine`, or the button that was pressed. */
    action: text().notNull(),
    promptAsTyped: text('prompt_as_typed').notNull(),
    /** WorkOrder. */
    order: json('work_order').notNull(),
    modelName: text('model_name').notNull(),
    pictureCount: integer('picture_count').notNull(),
    priority: integer().notNull().default(0),
    parentJobId: text('parent_job_id'),
    parentPictureId: text('parent_picture_id'),

    /** The number of claims so far: a fencing token that every write of a claim must state. */
    attempt: integer().notNull().default(0),
    /** Attempts that ended in a fault; attempts that crashed a worker. The end of a process counts as a crash. */
    failures: integer().notNull().default(0),
    crashes: integer().notNull().default(0),
    device: text(),
    createdAt: integer('created_at').notNull(),
    /** The served time (see served-time.ts) at acceptance. */
    acceptedServedMs: integer('accepted_served_ms').notNull().default(0),
    startedAt: integer('started_at'),
    finishedAt: integer('finished_at'),
    /** Time on devices over all attempts, measured with a monotonic clock. */
    runMs: integer('run_ms').notNull().default(0),
    failureCode: text('failure_code'),
    failureDetails: json('failure_details'),
    /** The time of a request to cancel the running job, which then does not return to the queue. */
    cancelRequestedAt: integer('cancel_requested_at'),
    removedAt: integer('removed_at'),
  },
  table => [
    uniqueIndex('jobs_event').on(table.platform, table.eventId, table.eventIndex),
    index('jobs_by_state').on(table.state, table.seq),
    index('jobs_by_person').on(table.personId, table.state),
    index('jobs_by_channel').on(table.platform, table.spaceId, table.channelId, table.seq),
    index('jobs_by_time').on(table.createdAt),
    index('jobs_by_parent').on(table.parentJobId),
    index('jobs_by_end').on(table.finishedAt).where(sql`removed_at IS NULL`),
  ],
)

/** The stored pictures that a job starts from. */
export const jobSources = sqliteTable(
  'job_sources',
  {
    jobId: text('job_id')
      .notNull()
      .references(() => jobs.id, { onDelete: 'cascade' }),
    pictureId: text('picture_id').notNull(),
  },
  table => [
    uniqueIndex('job_sources_pair').on(table.jobId, table.pictureId),
    index('job_sources_by_picture').on(table.pictureId),
  ],
)

/** Conversations besides its own in which a job was shown. Their readers may see it. */
export const jobPlaces = sqliteTable(
  'job_places',
  {
    jobId: text('job_id')
      .notNull()
      .references(() => jobs.id, { onDelete: 'cascade' }),
    /** Conversation, without its details. */
    place: json().notNull(),
  },
  table => [uniqueIndex('job_places_pair').on(table.jobId, table.place)],
)

/** Quota usage, one row per accepted job. A row outlives its job, so removing pictures returns no quota. */
export const usage = sqliteTable(
  'usage',
  {
    jobId: text('job_id').primaryKey(),
    personId: integer('person_id')
      .notNull()
      .references(() => people.id),
    acceptedAt: integer('accepted_at').notNull(),
    pictures: integer().notNull(),
    runMs: integer('run_ms').notNull().default(0),
  },
  table => [index('usage_by_person').on(table.personId, table.acceptedAt)],
)
