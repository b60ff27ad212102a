/** The table of paused devices. */
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Devices that get no job until the operator resumes them, by the name that `easel devices` shows. */
export const pausedDevices = sqliteTable('paused_devices', {
  name: text().primaryKey(),
  pausedAt: integer('paused_at').notNull(),
})
