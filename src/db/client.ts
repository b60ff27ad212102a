/** The connection: how it is opened, what it promises (WAL, synchronous=FULL), and the only way to write. */
import Sqlite from 'better-sqlite3'
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3'
import { AppError } from '../errors.ts'
import type { Clock } from '../ports.ts'
import * as schema from './schema.ts'
import { isBusy, toStorageFault } from './sqlite-faults.ts'

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
  /** Somebody has written in this turn of the event loop; others wait for turns of their own. */
  #turnTaken = false
  readonly #waiting: (() => void)[] = []

  private constructor(sqlite: Sqlite.Database, clock: Clock) {
    this.sqlite = sqlite
    this.rows = drizzle(sqlite, { schema })
    this.#clock = clock
  }

  /** Throws AppError 'storage' when the file cannot be opened or does not keep its promises. */
  static open(file: string, options: ClientOptions): Client {
    try {
      const sqlite = new Sqlite(file, { timeout: busyTimeoutMs, verbose: options.beforeStatement })
      sqlite.pragma('journal_mode = WAL')
      // A WAL database falls back to NORMAL at every re-open: an accepted job could be lost with the power.
      sqlite.pragma('synchronous = FULL')
      sqlite.pragma('foreign_keys = ON')
      assertPragma(sqlite, 'journal_mode', 'wal')
      assertPragma(sqlite, 'synchronous', 2)
      assertPragma(sqlite, 'foreign_keys', 1)
      return new Client(sqlite, options.clock)
    } catch (error) {
      throw toStorageFault(error)
    }
  }

  /**
   * Runs `work` as one IMMEDIATE transaction: all of it or nothing. While another process holds the write lock it
   * asks again, with pauses in which the event loop is free. Throws AppError ('storage' where the disk is to blame).
   * There is one write to a turn of the event loop: a burst of requests must not keep everybody else waiting.
   */
  async write<T>(work: () => T): Promise<T> {
    // Not awaited where there is nothing to wait for: then the transaction is over when the call returns.
    const turn = this.#takeTurn()
    if (turn) await turn
    const startedMs = this.#clock.monotonicMs()
    for (let pauseMs = 10; ; pauseMs = Math.min(pauseMs * 2, 200)) {
      try {
        return this.sqlite.transaction(work).immediate()
      } catch (error) {
        const patient = this.#clock.monotonicMs() - startedMs < patienceMs
        if (!isBusy(error) || !patient) throw toStorageFault(error)
      }
      await new Promise<void>(resolve => this.#clock.after(pauseMs, resolve))
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
  if (found !== expected) throw new AppError('storage', { problem: `${name} is ${found}, not ${expected}` })
}
