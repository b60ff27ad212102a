/** The tables. Times are milliseconds since 1970; documents are JSON and parsed when they are read. */
import { blob, index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { jobStates } from '../engine/jobs/job.ts'
import { json } from './records/json-column.ts'
import { deliveryMethodNames } from './repositories/documents.ts'

const jobState = text('state', { enum: jobStates })

/** People, identified by platform, space and user; `name` is for display. */
export const people = sqliteTable(
  'people',
  {
    id: integer().primaryKey(),
    platform: text().notNull(),
    spaceId: text('space_id').notNull(),
    userId: text('user_id').notNull(),
    /** The account across spaces (see account.ts). */
    account: text().notNull().default(''),
    name: text().notNull(),
    /** Pseudonym of the network address that somebody without an account came from last. */
    address: text(),
    /** PersonSettings. */
    settings: json().notNull().default({}),
  },
  table => [
    uniqueIndex('people_identity').on(table.platform, table.spaceId, table.userId),
    index('people_by_account').on(table.account),
    index('people_by_address').on(table.address),
  ],
)

/** Every job ever accepted. A removed job stays without prompt and pictures, so that figures and links stay true. */
export const jobs = sqliteTable(
  'jobs',
  {
    /** The order of acceptance. */
    seq: integer().primaryKey({ autoIncrement: true }),
    id: text().notNull().unique(),
    state: jobState.notNull(),
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
    /** Somebody cancelled it while it was running: it does not return to the queue. */
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
  ],
)

/** Pictures of jobs, and pictures that people gave (without a job). The row contains the file's name. */
export const pictures = sqliteTable(
  'pictures',
  {
    id: text().primaryKey(),
    personId: integer('person_id')
      .notNull()
      .references(() => people.id),
    jobId: text('job_id').references(() => jobs.id, { onDelete: 'cascade' }),
    /** Index in the job's set. */
    index: integer('set_index').notNull(),
    file: text().notNull().unique(),
    seed: integer().notNull(),
    widthPx: integer('width_px').notNull(),
    heightPx: integer('height_px').notNull(),
    mediaType: text('media_type').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    /** sha256 of the file, hex. */
    hash: text().notNull(),
    createdAt: integer('created_at').notNull(),
  },
  table => [
    index('pictures_by_job').on(table.jobId, table.index),
    index('pictures_by_hash').on(table.hash),
    index('pictures_by_person').on(table.personId),
  ],
)

/**
 * Files of the pictures folder without an owner's row: files that are being written or deleted, but for what a job paints.
 * Of those that a dead process left here, the next start moves the whole ones aside that were being written, and deletes the others.
 */
export const unownedFiles = sqliteTable('unowned_files', {
  file: text().primaryKey(),
  /** Its row was deleted, so the file is to go; otherwise it is being written. */
  wasOwned: integer('was_owned', { mode: 'boolean' }).notNull().default(false),
})

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

/**
 * Deliveries of jobs. Each job has one delivery to its own conversation, with the job's id. Showing the job elsewhere is
 * another delivery.
 */
export const deliveries = sqliteTable(
  'deliveries',
  {
    id: text().primaryKey(),
    jobId: text('job_id')
      .notNull()
      .references(() => jobs.id, { onDelete: 'cascade' }),
    platform: text().notNull(),
    /** The person it is for. */
    personId: integer('person_id')
      .notNull()
      .references(() => people.id),
    /** Conversation; null: the job's own. */
    conversation: text({ mode: 'json' }),
    /** The address of the message that shows the job, in its courier's format; null: there is none. */
    address: text(),
    /** The method of its delivery, if it was delivered. */
    method: text('way', { enum: deliveryMethodNames }),
    /** The outcome; null: not finished. `kept`: deleted, except for objects that the platform refuses to delete. */
    end: text({ enum: ['arrived', 'undeliverable', 'removed', 'kept'] }),
    /** Refusal[]: closed methods, or objects that were not deleted. */
    refusals: text({ mode: 'json' }).notNull().default([]),
    endedAt: integer('ended_at'),
  },
  table => [
    index('deliveries_by_job').on(table.jobId),
    index('deliveries_by_person').on(table.personId, table.end),
    index('deliveries_by_end').on(table.end),
  ],
)

/**
 * The steps of deliveries: the objects that each created on its platform, so that none is created twice and all can be
 * deleted, and the methods that were refused.
 */
export const deliverySteps = sqliteTable(
  'delivery_steps',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    deliveryId: text('delivery_id')
      .notNull()
      .references(() => deliveries.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    /** The kind of object that the step created, if any. `reply`: a message that one person alone sees. */
    makes: text({ enum: ['message', 'thread', 'file', 'reply'] }),
    /** `begun`: its effect is unknown. `closed`: a method that was refused. */
    state: text({ enum: ['begun', 'done', 'closed'] }).notNull(),
    /** The courier's id of the object; for `begun` where it is made, for `closed` the reason. */
    value: text(),
    at: integer().notNull(),
  },
  table => [uniqueIndex('delivery_steps_once').on(table.deliveryId, table.name)],
)

/**
 * Pending messages to platforms, oldest first. A row is deleted after its delivery. `close` finishes a job's other messages
 * when the job ends. `erase` is `withdraw` that also deletes the job's row.
 */
export const outbox = sqliteTable(
  'outbox',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    deliveryId: text('delivery_id')
      .notNull()
      .references(() => deliveries.id, { onDelete: 'cascade' }),
    kind: text({ enum: ['open', 'settle', 'close', 'withdraw', 'erase'] }).notNull(),
    createdAt: integer('created_at').notNull(),
  },
  table => [uniqueIndex('outbox_once').on(table.deliveryId, table.kind)],
)

/** Conversations besides its own to which somebody brought a job. Their readers may see it. */
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

/** Actions of moderators and admins. */
export const audit = sqliteTable('audit', {
  id: integer().primaryKey({ autoIncrement: true }),
  at: integer().notNull(),
  /** `platform:space:user`. */
  actor: text().notNull(),
  action: text().notNull(),
  target: text().notNull(),
})

/** Single numbers by name. */
export const counters = sqliteTable('counters', {
  name: text().primaryKey(),
  value: integer().notNull(),
})

/** Slack workspaces that installed the app: one encrypted document per team or enterprise id. */
export const installations = sqliteTable('installations', {
  id: text().primaryKey(),
  sealed: blob({ mode: 'buffer' }).notNull(),
  updatedAt: integer('updated_at').notNull(),
})

/** Pending questions and forms, by the id in their button or form. Old rows are deleted. */
export const pendingAnswers = sqliteTable(
  'pending_answers',
  {
    id: text().primaryKey(),
    account: text().notNull(),
    document: json().notNull(),
    createdAt: integer('created_at').notNull(),
  },
  table => [
    index('pending_answers_by_account').on(table.account),
    index('pending_answers_by_time').on(table.createdAt),
  ],
)

/** The bytes that belong to pending questions: files of the pictures folder, which go with their question. */
export const pendingFiles = sqliteTable(
  'pending_files',
  {
    file: text().primaryKey(),
    pendingId: text('pending_id')
      .notNull()
      .references(() => pendingAnswers.id, { onDelete: 'cascade' }),
    /** Position among the question's files. */
    index: integer().notNull(),
    sizeBytes: integer('size_bytes').notNull(),
  },
  table => [index('pending_files_by_question').on(table.pendingId)],
)
