/** The table of files that no picture's row owns: being written, or to be deleted. */
import { inArray } from 'drizzle-orm'
import type { Rows } from './client.ts'
import { unownedFiles } from './schema.ts'

export class UnownedFilesTable {
  readonly #rows: Rows

  constructor(rows: Rows) {
    this.#rows = rows
  }

  add(files: readonly string[]): void {
    if (files.length === 0) return
    const rows = files.map(file => ({ file }))
    this.#rows.insert(unownedFiles).values(rows).onConflictDoNothing().run()
  }

  /** They belong to a row from now on, or are gone. */
  remove(files: readonly string[]): void {
    if (files.length === 0) return
    this.#rows
      .delete(unownedFiles)
      .where(inArray(unownedFiles.file, [...files]))
      .run()
  }

  all(): string[] {
    return this.#rows
      .select()
      .from(unownedFiles)
      .all()
      .map(row => row.file)
  }
}
