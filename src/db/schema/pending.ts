/** The tables of pending questions and open forms, and of the files that belong to them. */
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { json } from '../records/json-column.ts'

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
