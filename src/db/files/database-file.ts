/** Detects changes of the database's files by other programs. */
import { type Stats, statSync } from 'node:fs'
import type Sqlite from 'better-sqlite3'
import { AppError, type DatabaseLoss } from '../../errors/errors.ts'
import { openSqlite } from '../open-sqlite.ts'

/** The identity of a file and of its state. */
interface FileIdentity {
  inode: string
  sizeBytes: number
  modifiedMs: number
}

/**
 * SQLite continues with a file that was deleted or replaced, and serves reads from memory. A write is then lost with the
 * process. Therefore the files are checked before and after every write. The database file only grows, by a checkpoint;
 * the log (-wal) only grows until Easel truncates it. A check of the whole database distinguishes damage from changes by
 * another program that SQLite permits.
 */
export class DatabaseFile {
  readonly #file: string
  #database: FileIdentity | undefined
  #log: FileIdentity | undefined
  #lost: AppError | undefined

  constructor(file: string) {
    this.#file = file
    this.#readState()
  }

  /**
   * Checks before a write that the files are the same. @throws AppError 'database-lost' when a file was changed, and again at every
   * later call.
   */
  verify(): void {
    if (this.#lost) throw this.#lost
    const database = markOf(this.#file)
    const log = markOf(this.#logFile)
    if (this.#database && !database) this.declareLost('missing')
    if (this.#log && !log) this.declareLost('missing')
    if (isOther(this.#database, database) || isOther(this.#log, log)) this.declareLost('replaced')
    // SQLite accepts an empty file as an empty database.
    if (isShorter(this.#database, database)) this.declareLost('damaged')
    const verifyWrite = database?.modifiedMs !== this.#database?.modifiedMs
    if (!verifyWrite && !isShorter(this.#log, log)) return
    if (!isIntact(this.#file)) this.declareLost('damaged')
    this.#readState()
  }

  /** Checks after a write that both files are the same, and records their growth as Easel's own. */
  checkWritten(): void {
    const before = { database: this.#database, log: this.#log }
    this.#readState()
    if (!this.#database || (before.log && !this.#log)) this.declareLost('missing')
    if (isOther(before.database, this.#database) || isOther(before.log, this.#log))
      this.declareLost('replaced')
    if (isShorter(before.database, this.#database)) this.declareLost('damaged')
  }

  /** Disables all writes from now on. @throws AppError 'database-lost' when called, always. */
  declareLost(how: DatabaseLoss): never {
    this.#lost ??= new AppError('database-lost', { file: this.#file, how })
    throw this.#lost
  }

  #readState(): void {
    this.#database = markOf(this.#file)
    this.#log = markOf(this.#logFile)
  }

  get #logFile(): string {
    return `${this.#file}-wal`
  }
}

/** Checks the whole database with a separate connection, which has no pages in memory. */
export function isIntact(file: string): boolean {
  let sqlite: Sqlite.Database | undefined
  try {
    sqlite = openSqlite(file, { readonly: true, fileMustExist: true })
    return sqlite.pragma('quick_check(1)', { simple: true }) === 'ok'
  } catch {
    return false
  } finally {
    sqlite?.close()
  }
}

function markOf(file: string): FileIdentity | undefined {
  const stats: Stats | undefined = statSync(file, { throwIfNoEntry: false })
  return stats && { inode: `${stats.dev}:${stats.ino}`, sizeBytes: stats.size, modifiedMs: stats.mtimeMs }
}

function isOther(before: FileIdentity | undefined, now: FileIdentity | undefined): boolean {
  return before !== undefined && now !== undefined && before.inode !== now.inode
}

function isShorter(before: FileIdentity | undefined, now: FileIdentity | undefined): boolean {
  return before !== undefined && now !== undefined && now.sizeBytes < before.sizeBytes
}
