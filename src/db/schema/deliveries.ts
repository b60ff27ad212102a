/** The tables of deliveries: where jobs are shown, and what is still to be sent. */
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { deliveryMethodNames } from '../repositories/documents.ts'
import { jobs } from './jobs.ts'
import { people } from './people.ts'

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
