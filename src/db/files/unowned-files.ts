/** The table of files without a picture's row: files that are being written or deleted. */
import { eq, sql } from 'drizzle-orm'
import type { QueryBuilder } from '../client.ts'
import { unownedFiles } from '../schema/pictures.ts'

export type UnownedFile = typeof unownedFiles.$inferSelect

/** These run for every picture, so they are prepared once. */
function prepareStatements(query: QueryBuilder) {
  const file = sql.placeholder('file')
  const wasOwned = sql.placeholder('wasOwned')
  return {
    add: query.insert(unownedFiles).values({ file, wasOwned }).onConflictDoNothing().prepare(),
    remove: query.delete(unownedFiles).where(eq(unownedFiles.file, file)).prepare(),
  }
}

export class UnownedFilesTable {
  readonly #query: QueryBuilder
  readonly #statements: ReturnType<typeof prepareStatements>

  constructor(query: QueryBuilder) {
    this.#query = query
    this.#statements = prepareStatements(query)
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
    for (const file of files) this.#statements.add.run({ file, wasOwned })
  }

  /** Called when the files have a row or are deleted. */
  remove(files: readonly string[]): void {
    for (const file of files) this.#statements.remove.run({ file })
  }

  all(): UnownedFile[] {
    return this.#query.select().from(unownedFiles).all()
  }
}
