/** The tables of pictures and of files without an owner. */
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { jobs } from './jobs.ts'
import { people } from './people.ts'

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
 * Files of the pictures folder without an owner's row: files that are being written or deleted, except a job's paintings. After a
 * crash, the next start moves complete files that were being written aside, and deletes the others.
 */
export const unownedFiles = sqliteTable('unowned_files', {
  file: text().primaryKey(),
  /** Whether the file's row was deleted, so the file is to be deleted; otherwise it is being written. */
  wasOwned: integer('was_owned', { mode: 'boolean' }).notNull().default(false),
})
