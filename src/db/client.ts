/** The connection: how it is opened, what it promises (WAL, synchronous=FULL), and the only way to write. */
import Sqlite from 'better-sqlite3'
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3'
import { AppError } from '../errors.ts'
import type { Clock } from '../ports.ts'
import { DatabaseFile } from './database-file.ts'
import { createPrivateFile } from './private-files.ts'
import * as schema from './schema.ts'
import { isBusy, isDamage, toStorageFault } from './sqlite-faults.ts'

/** The query builder over the one connection; inside `Client.write` everything it does is one transaction. */
export type Rows = BetterSQLite3Database<typeof schema>

/** While SQLite waits for a lock, the event loop waits with it: so not longer than nobody notices. */
const busyTimeoutMs = 50
/** How long a write goes on asking for the lock, without blocking anybody, before it is a fault. */
const patienceMs = 10_000

export interface ClientOptions {
  clock: Clock
  /** Sees every statement just before it runs; for tests, which throw from it. */
  beforeStatement?: (sql: unknown) => void
}

export class Client {
  readonly rows: Rows
  readonly sqlite: Sqlite.Database
  readonly #clock: Clock
  readonly #file: DatabaseFile
  /** The log still holds what was to be wiped; a reader kept it from being emptied. */
  #logHoldsWiped = false
  /** Somebody has written in this turn of the event loop; others wait for turns of their own. */
  #turnTaken = false
  readonly #waiting: (() => void)[] = []

  private constructor(sqlite: Sqlite.Database, clock: Clock) {
    this.sqlite = sqlite
    this.rows = drizzle(sqlite, { schema })
    this.#clock = clock
    this.#file = new DatabaseFile(sqlite.name)
  }

  /** Throws AppError 'storage' when the file cannot be opened or does not keep its promises, 'database-lost' when it is damaged. */
  static open(file: string, options: ClientOptions): Client {
    try {
      // SQLite gives its log the rights of the database.
      createPrivateFile(file)
      const sqlite = new Sqlite(file, { timeout: busyTimeoutMs, verbose: options.beforeStatement })
      sqlite.pragma('journal_mode = WAL')
      // A WAL database falls back to NORMAL at every re-open: an accepted job could be lost with the power.
      sqlite.pragma('synchronous = FULL')
      sqlite.pragma('foreign_keys = ON')
      // What is deleted is overwritten with zeros.
      sqlite.pragma('secure_delete = ON')
      assertPragma(sqlite, 'journal_mode', 'wal')
      assertPragma(sqlite, 'synchronous', 2)
      assertPragma(sqlite, 'foreign_keys', 1)
      assertPragma(sqlite, 'secure_delete', 1)
      return new Client(sqlite, options.clock)
    } catch (error) {
      if (isDamage(error)) throw new AppError('database-lost', { file, how: 'damaged' }, error)
      throw toStorageFault(error)
    }
  }

  /**
   * Runs `work` as one IMMEDIATE transaction: all of it or nothing. While another process holds the write lock it
   * asks again, with pauses in which the event loop is free. Throws AppError ('storage' where the disk is to blame,
   * 'database-lost' where the file is not what this process left there).
   * There is one write to a turn of the event loop: a burst of requests must not keep everybody else waiting.
   */
  async write<T>(work: () => T): Promise<T> {
    // Not awaited where there is nothing to wait for: then the transaction is over when the call returns.
    const turn = this.#takeTurn()
    if (turn) await turn
    const startedMs = this.#clock.monotonicMs()
    for (let pauseMs = 10; ; pauseMs = Math.min(pauseMs * 2, 200)) {
      try {
        const result = this.#onSameFile(() => this.sqlite.transaction(work).immediate())
        if (this.#logHoldsWiped) this.wipeLog()
        return result
      } catch (error) {
        const patient = this.#clock.monotonicMs() - startedMs < patienceMs
        if (!isBusy(error) || !patient) throw toStorageFault(error)
      }
      await new Promise<void>(resolve => this.#clock.after(pauseMs, resolve))
    }
  }

  /**
   * Moves everything from the log into the database and empties it, so that old pages with words that were deleted since
   * are gone. Where a reader is in the way, it is tried again after the next write.
   */
  wipeLog(): void {
    const checkpoint = () => this.sqlite.pragma('wal_checkpoint(TRUNCATE)', { simple: true })
    // The first column is 1 where it was blocked: https://sqlite.org/pragma.html#pragma_wal_checkpoint
    this.#logHoldsWiped = this.#onSameFile(checkpoint) === 1
  }

  /** Writes only to the file that was opened, and tells when what was written went elsewhere. */
  #onSameFile<T>(write: () => T): T {
    this.#file.verify()
    try {
      const result = write()
      this.#file.written()
      return result
    } catch (error) {
      if (isDamage(error)) this.#file.lose('damaged')
      throw error
    }
  }

  close(): void {
    this.sqlite.close()
  }

  #takeTurn(): Promise<void> | undefined {
    if (this.#turnTaken) return new Promise(resolve => this.#waiting.push(resolve))
    this.#turnTaken = true
    setImmediate(() => this.#nextTurn())
    return undefined
  }

  #nextTurn(): void {
    const next = this.#waiting.shift()
    this.#turnTaken = next !== undefined
    if (!next) return
    setImmediate(() => this.#nextTurn())
    next()
  }
}

function assertPragma(sqlite: Sqlite.Database, name: string, expected: string | number): void {
  const found = sqlite.pragma(name, { simple: true })
  if (found === expected) return
  const problem = { what: 'setting', name, found: String(found), expected: String(expected) } as const
  throw new AppError('storage', { problem })
}
