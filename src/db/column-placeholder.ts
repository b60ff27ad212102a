/** The placeholder of a column’s value in a prepared statement, and of a list of values. */
import { type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'

/**
 * A value that is given when the statement runs, in the form that the column stores. Drizzle's own placeholder writes a null
 * into a JSON column as the text `null`, and has no form in an update.
 */
export function columnPlaceholder(name: string, column: SQLiteColumn): SQL {
  const mapToDriverValue = (value: unknown) => (value === null ? null : column.mapToDriverValue(value))
  return sql`${sql.param(sql.placeholder(name), { mapToDriverValue })}`
}

/** Whether the column's value is in a list, which is given as JSON text, so that one statement serves lists of any length. */
export function isInJson(column: SQLiteColumn, name: string): SQL {
  return sql`${column} in (select value from json_each(${sql.placeholder(name)}))`
}
