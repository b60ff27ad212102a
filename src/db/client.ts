/** The database connection: its settings (WAL, synchronous=FULL), and the only way to write. */
import type Sqlite from 'better-sqlite3'
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3'
import { type Backoff, backoffMs } from '../common/backoff.ts'
import { AppError } from '../errors/errors.ts'
import type { Clock } from '../system/ports.ts'
import { DatabaseFile } from './files/database-file.ts'
import { createPrivateFile } from './files/private-files.ts'
import { openSqlite } from './open-sqlite.ts'
import { isBusy, isDamage, sqliteCode, toStorageFault } from './sqlite-faults.ts'
import { watchStatements } from './watch-statements.ts'

/** The query builder over the one connection. Inside `Client.write` all of its statements are one transaction. */
export type QueryBuilder = BetterSQLite3Database

/** While SQLite waits for a lock it blocks the event loop, so this is short. */
const busyTimeoutMs = 50
/** How long a write retries to get the lock, without blocking the event loop, before it is a fault. */
const busyLimitMs = 10_000
const lockRetry: Backoff = { firstMs: 10, maxMs: 200 }
/**
 * The limits of a shared transaction: the number of waiting writes, and the time after which no further write begins, because other
 * work waits.
 */
const maxWritesPerTransaction = 16
const maxTransactionMs = 10

/** The settings of every connection. `reads`: the value that SQLite returns for an applied setting. */
const settings = [
  { name: 'journal_mode', value: 'WAL', reads: 'wal' },
  // A WAL database is NORMAL again after every open, and a power failure could then lose an accepted job.
  { name: 'synchronous', value: 'FULL', reads: 2 },
  { name: 'foreign_keys', value: 'ON', reads: 1 },
  // Deleted content is overwritten with zeros.
  { name: 'secure_delete', value: 'ON', reads: 1 },
  // A savepoint copies pages aside: in memory, not to a temporary file outside the data folder.
  { name: 'temp_store', value: 'MEMORY', reads: 2 },
  // KiB of pages in memory: SQLite's own default. better-sqlite3's is 16,000, and a process grows until they are full.
  { name: 'cache_size', value: '-2000', reads: -2000 },
] as const

export interface ClientOptions {
  clock: Clock
  /** Called before every statement; tests throw from it. */
  beforeStatement?: (sql: unknown) => void
}

/** Resolves the promise of a durable write. */
type Acknowledge = () => void

interface Write {
  /** Inside the transaction. */
  run(): Acknowledge
  reject(error: unknown): void
}

export class Client {
  readonly query: QueryBuilder
  readonly sqlite: Sqlite.Database
  /** Created once, because each creation makes four functions. A nested call is a savepoint. */
  readonly #transaction: Sqlite.Transaction<(run: () => Acknowledge[]) => Acknowledge[]>
  readonly #clock: Clock
  readonly #file: DatabaseFile
  /** The log still contains deleted content, because a reader blocked the checkpoint. */
  #logHoldsWiped = false
  /** A write has run in this turn of the event loop; the next ones wait for the next turn. */
  #turnTaken = false
  readonly #waiting: Write[] = []

  private constructor(sqlite: Sqlite.Database, clock: Clock) {
    this.#clock = clock
    this.#file = new DatabaseFile(sqlite.name)
    // A read of a page that is not in memory may find damage before any write does.
    watchStatements(sqlite, error => {
      if (isDamage(error)) this.#file.declareLost('damaged')
    })
    this.sqlite = sqlite
    this.#transaction = sqlite.transaction(run => run())
    this.query = drizzle(sqlite)
  }

  /**
   * Opens the database. @throws AppError 'storage' when the file cannot be opened with these settings, 'database-lost' when it is
   * damaged.
   */
  static open(file: string, options: ClientOptions): Client {
    try {
      // SQLite creates its log with the permissions of the database.
      createPrivateFile(file)
      const sqlite = openSqlite(file, { timeout: busyTimeoutMs, verbose: options.beforeStatement })
      for (const setting of settings) applySetting(sqlite, setting)
      return new Client(sqlite, options.clock)
    } catch (error) {
      if (isDamage(error)) throw new AppError('database-lost', { file, how: 'damaged' }, error)
      throw toStorageFault(error)
    }
  }

  /**
   * Runs `work` in an IMMEDIATE transaction, all of it or nothing, and resolves after the commit. One transaction runs per turn of
   * the event loop. The first one of a turn is complete when the call returns. Later writes wait for the next turn and share one
   * transaction, because each commit is synced to disk. While another process holds the write lock it retries, with pauses in which
   * the event loop is free.
   * @throws AppError 'storage' when the disk is at fault, 'database-lost' when another program changed the file.
   */
  write<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = () => {
        const result = work()
        if (result instanceof Promise) throw new TypeError('a transaction cannot wait for a promise')
        return () => resolve(result)
      }
      this.#waiting.push({ run, reject })
      if (!this.#turnTaken) this.#takeTurn()
    })
  }

  async #commit(writes: Write[]): Promise<void> {
    const startedMs = this.#clock.monotonicMs()
    for (let failures = 0; ; failures++) {
      try {
        const acknowledged = this.#onSameFile(() => this.#transaction.immediate(() => this.#runAll(writes)))
        for (const acknowledge of acknowledged) acknowledge()
        break
      } catch (error) {
        const mayWait = this.#clock.monotonicMs() - startedMs < busyLimitMs
        if (!isBusy(error) || !mayWait) {
          for (const { reject } of writes) reject(toStorageFault(error))
          return
        }
      }
      await new Promise<void>(resolve => this.#clock.after(backoffMs(lockRetry, failures), resolve))
    }
    if (this.#logHoldsWiped) this.#wipeAgain()
  }

  /** Runs the writes. Writes for which no time is left are removed from `writes` and put back. */
  #runAll(writes: Write[]): Acknowledge[] {
    const [only] = writes
    if (only && writes.length === 1) return [only.run()]
    const startedMs = this.#clock.monotonicMs()
    const acknowledged: Acknowledge[] = []
    for (const write of writes) {
      acknowledged.push(this.#runAmong(write))
      if (this.#clock.monotonicMs() - startedMs >= maxTransactionMs) break
    }
    this.#putBack(writes.splice(acknowledged.length))
    return acknowledged
  }

  /** Runs one of several writes. A failed write is undone alone; a fault of SQLite fails all of them. */
  #runAmong({ run, reject }: Write): Acknowledge {
    try {
      return this.#transaction(() => [run()])[0] ?? (() => {})
    } catch (error) {
      const fault = toStorageFault(error)
      if (fault.code === 'database-lost' || (fault.code === 'storage' && sqliteCode(error))) throw error
      return () => reject(fault)
    }
  }

  #putBack(writes: readonly Write[]): void {
    this.#waiting.unshift(...writes)
    if (writes.length === 0 || this.#turnTaken) return
    this.#turnTaken = true
    setImmediate(() => this.#takeTurn())
  }

  /**
   * Checkpoints and truncates the log, which removes old pages with deleted text. If a reader blocks this, it is repeated
   * after the next write.
   */
  wipeLog(): void {
    const checkpoint = () => this.sqlite.pragma('wal_checkpoint(TRUNCATE)', { simple: true })
    this.#logHoldsWiped = true
    // The first column is 1 if the checkpoint was blocked: https://sqlite.org/pragma.html#pragma_wal_checkpoint
    this.#logHoldsWiped = this.#onSameFile(checkpoint) === 1
  }

  /** Repeats `wipeLog`. A failure is no fault of the write, which is committed and reported, so the next write repeats it. */
  #wipeAgain(): void {
    try {
      this.wipeLog()
    } catch {
      // The flag stays set, so the next write tries again.
    }
  }

  /** Writes only if the file is the one that was opened, and verifies that after the write. */
  #onSameFile<T>(write: () => T): T {
    this.#file.verify()
    const result = write()
    this.#file.checkWritten()
    return result
  }

  close(): void {
    this.sqlite.close()
  }

  /** Commits the waiting writes of this turn, and schedules the check for more in the next turn. */
  #takeTurn(): void {
    const writes = this.#waiting.splice(0, maxWritesPerTransaction)
    this.#turnTaken = writes.length > 0
    if (!this.#turnTaken) return
    setImmediate(() => this.#takeTurn())
    void this.#commit(writes)
  }
}

function applySetting(sqlite: Sqlite.Database, { name, value, reads }: (typeof settings)[number]): void {
  sqlite.pragma(`${name} = ${value}`)
  const found = sqlite.pragma(name, { simple: true })
  if (found === reads) return
  const problem = { what: 'setting', name, found: String(found), expected: String(reads) } as const
  throw new AppError('storage', { problem })
}
