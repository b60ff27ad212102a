/** The database's files on disk: whether they still are what this process left there. */
import { type Stats, statSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { AppError, type DatabaseLoss } from '../errors.ts'

/** What tells a file from another one, and a file as it was from one that somebody wrote to. */
interface Mark {
  inode: string
  sizeBytes: number
  modifiedMs: number
}

/**
 * SQLite goes on with a file that was deleted or replaced, and answers from memory while the disk holds something else:
 * what is then called written is lost with the process. So the files are looked at around every write. The database's
 * file only ever grows, by a checkpoint; the log (-wal) only ever grows until Easel empties it. What another program did
 * that SQLite allows is told from damage by a check of the whole database.
 */
export class DatabaseFile {
  readonly #file: string
  #database: Mark | undefined
  #log: Mark | undefined
  #lost: AppError | undefined

  constructor(file: string) {
    this.#file = file
    this.#note()
  }

  /** @throws AppError 'database-lost', from then on at every call. */
  verify(): void {
    if (this.#lost) throw this.#lost
    const database = markOf(this.#file)
    const log = markOf(this.#logFile)
    if (this.#database && !database) this.lose('missing')
    if (this.#log && !log) this.lose('missing')
    if (isOther(this.#database, database) || isOther(this.#log, log)) this.lose('replaced')
    // SQLite takes an empty file for an empty database.
    if (isShorter(this.#database, database)) this.lose('damaged')
    const written = database?.modifiedMs !== this.#database?.modifiedMs
    if (!written && !isShorter(this.#log, log)) return
    if (!isSound(this.#file)) this.lose('damaged')
    this.#note()
  }

  /** A write has just ended: both files are still the same, and what is new in them is our own work. */
  written(): void {
    const before = { database: this.#database, log: this.#log }
    this.#note()
    if (!this.#database || (before.log && !this.#log)) this.lose('missing')
    if (isOther(before.database, this.#database) || isOther(before.log, this.#log)) this.lose('replaced')
    if (isShorter(before.database, this.#database)) this.lose('damaged')
  }

  /** Nothing is written from now on. @throws AppError 'database-lost' */
  lose(how: DatabaseLoss): never {
    this.#lost ??= new AppError('database-lost', { file: this.#file, how })
    throw this.#lost
  }

  #note(): void {
    this.#database = markOf(this.#file)
    this.#log = markOf(this.#logFile)
  }

  get #logFile(): string {
    return `${this.#file}-wal`
  }
}

/** Reads the whole database through a connection of its own, which has no pages in memory. */
export function isSound(file: string): boolean {
  let sqlite: Sqlite.Database | undefined
  try {
    sqlite = new Sqlite(file, { readonly: true, fileMustExist: true })
    return sqlite.pragma('quick_check(1)', { simple: true }) === 'ok'
  } catch {
    return false
  } finally {
    sqlite?.close()
  }
}

function markOf(file: string): Mark | undefined {
  const stats: Stats | undefined = statSync(file, { throwIfNoEntry: false })
  return stats && { inode: `${stats.dev}:${stats.ino}`, sizeBytes: stats.size, modifiedMs: stats.mtimeMs }
}

function isOther(before: Mark | undefined, now: Mark | undefined): boolean {
  return before !== undefined && now !== undefined && before.inode !== now.inode
}

function isShorter(before: Mark | undefined, now: Mark | undefined): boolean {
  return before !== undefined && now !== undefined && now.sizeBytes < before.sizeBytes
}
