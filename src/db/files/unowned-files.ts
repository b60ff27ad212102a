/** The table of files without a picture's row: files that are being written or deleted. */
import { inArray } from 'drizzle-orm'
import type { Rows } from '../client.ts'
import { unownedFiles } from '../schema.ts'

export type UnownedFile = typeof unownedFiles.$inferSelect

export class UnownedFilesTable {
  readonly #rows: Rows

  constructor(rows: Rows) {
    this.#rows = rows
  }

  /** Files that are being written. */
  add(files: readonly string[]): void {
    this.#insert(files, false)
  }

  /** Files whose row was deleted; they are to be discarded. */
  disown(files: readonly string[]): void {
    this.#insert(files, true)
  }

  #insert(files: readonly string[], wasOwned: boolean): void {
    for (const some of slices(files)) {
      const rows = some.map(file => ({ file, wasOwned }))
      this.#rows.insert(unownedFiles).values(rows).onConflictDoNothing().run()
    }
  }

  /** Called when the files have a row or are deleted. */
  remove(files: readonly string[]): void {
    for (const some of slices(files))
      this.#rows.delete(unownedFiles).where(inArray(unownedFiles.file, some)).run()
  }

  all(): UnownedFile[] {
    return this.#rows.select().from(unownedFiles).all()
  }
}

/** SQLite takes 32,766 values in one statement (SQLITE_MAX_VARIABLE_NUMBER, https://sqlite.org/limits.html). */
const filesPerStatement = 10_000

function slices(files: readonly string[]): string[][] {
  const count = Math.ceil(files.length / filesPerStatement)
  return Array.from({ length: count }, (_, i) =>
    files.slice(i * filesPerStatement, (i + 1) * filesPerStatement),
  )
}
