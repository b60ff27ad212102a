/** The tables, and nothing else. Times are milliseconds since 1970; documents are JSON, parsed where they are read. */
import { blob, index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { jobStates } from '../engine/jobs/job.ts'
import { wayNames } from './documents.ts'
import { json } from './json-column.ts'

const jobState = text('state', { enum: jobStates })

/** People by the triple that identifies them; `name` is for show. */
export const people = sqliteTable(
  'people',
  {
    id: integer().primaryKey(),
    platform: text().notNull(),
    spaceId: text('space_id').notNull(),
    userId: text('user_id').notNull(),
    /** Whose row it is across spaces. */
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

/**
 * Every job ever accepted. A job that its author removed stays as a row without prompt and pictures, so that
 * figures and links stay true.
 */
export const jobs = sqliteTable(
  'jobs',
  {
    /** Age: the order of acceptance. */
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
    /** The platform's event and the job's place among those that the event asked for. */
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

    /** Claims so far: the token that every write of a claim must name. */
    attempt: integer().notNull().default(0),
    /** Tries that ended in a fault; tries that took a worker down, of which the end of a process counts as one. */
    failures: integer().notNull().default(0),
    crashes: integer().notNull().default(0),
    device: text(),
    createdAt: integer('created_at').notNull(),
    /** How long the data folder had been served until then. */
    acceptedServedMs: integer('accepted_served_ms').notNull().default(0),
    startedAt: integer('started_at'),
    finishedAt: integer('finished_at'),
    /** Time on devices over all tries, measured on a clock that does not jump. */
    runMs: integer('run_ms').notNull().default(0),
    failureCode: text('failure_code'),
    failureDetails: json('failure_details'),
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

/** Pictures: those that jobs made, and those that people gave (without a job). The file is named by the row. */
export const pictures = sqliteTable(
  'pictures',
  {
    id: text().primaryKey(),
    personId: integer('person_id')
      .notNull()
      .references(() => people.id),
    jobId: text('job_id').references(() => jobs.id, { onDelete: 'cascade' }),
    /** Place within the job's set. */
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
 * Files of the pictures folder that no row of `pictures` owns: they are being written, or they are to be deleted. What
 * a process leaves here when it dies, the next start deletes.
 */
export const unownedFiles = sqliteTable('unowned_files', {
  file: text().primaryKey(),
})

/** Which stored pictures a job starts from. */
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
 * How jobs get to people. Each job has one delivery to its own conversation, whose id is the job's; showing it again
 * elsewhere is another.
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
    /** Where the message is that shows the job, as its courier wrote it down; null: there is none. */
    address: text(),
    /** How it arrived, where it did. */
    way: text({ enum: wayNames }),
    /** How it ended; null: it has not. `kept`: deleted, but for what the platform refuses to delete. */
    end: text({ enum: ['arrived', 'undeliverable', 'removed', 'kept'] }),
    /** Refusal[]: ways that were closed, or what was not deleted. */
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
 * The steps of deliveries: what each has made on its platform, so that none is made twice and all of it can be taken
 * away again, and which ways turned out to be closed.
 */
export const deliverySteps = sqliteTable(
  'delivery_steps',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    deliveryId: text('delivery_id')
      .notNull()
      .references(() => deliveries.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    /** What stands on the platform since then, if anything. */
    makes: text({ enum: ['message', 'thread', 'file'] }),
    /** `begun`: whether it took effect is not known. `closed`: a way that was refused. */
    state: text({ enum: ['begun', 'done', 'closed'] }).notNull(),
    /** How the courier calls what was made; of `closed` why. */
    value: text(),
    at: integer().notNull(),
  },
  table => [uniqueIndex('delivery_steps_once').on(table.deliveryId, table.name)],
)

/**
 * What platforms still have to be told, oldest first; a row goes when it was delivered. `close` brings what else stands
 * there to its end once the job has its own. `erase` is `withdraw` after which the job's own row goes too.
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

/** Conversations besides its own to which somebody brought a job: who reads there may see it. */
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

/** What people used, one row per accepted job; it outlives the job, so that removing pictures gives no quota back. */
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

/** What people with more rights than others did. */
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

/** Slack workspaces that installed the app: an encrypted document by team or enterprise id. */
export const installations = sqliteTable('installations', {
  id: text().primaryKey(),
  sealed: blob({ mode: 'buffer' }).notNull(),
  updatedAt: integer('updated_at').notNull(),
})

/** What waits for a person's answer, by an id that its button or form carries; it goes when it is old. */
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
