/** The table of people. */
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { json } from '../records/json-column.ts'

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
    /** The pseudonym of the last network address of a person without an account. */
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
