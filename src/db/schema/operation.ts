/** The tables of the operation: audit, counters, installations and paused devices. */
import { blob, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

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

/** Devices that get no job until the operator resumes them, by the name that `easel devices` shows. */
export const pausedDevices = sqliteTable('paused_devices', {
  name: text().primaryKey(),
  pausedAt: integer('paused_at').notNull(),
})
