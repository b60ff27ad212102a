/** The table of files without a picture's row: files that are being written or deleted. */
import { inArray } from 'drizzle-orm'
import type { Rows } from '../client.ts'
import { unownedFiles } from '../schema.ts'

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

  /** Called when the files have a row or are deleted. */
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
