/**
 * How long this data folder has been served, all starts together: a clock that does not run while nothing does, and that
 * no wrong date of the machine moves.
 */
import { eq } from 'drizzle-orm'
import type { Clock } from '../ports.ts'
import type { Rows } from './client.ts'
import { counters } from './schema.ts'

const name = 'served_ms'

export class ServedTime {
  readonly #rows: Rows
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #beforeMs: number
  readonly #startedMs: number

  constructor(rows: Rows, clock: Pick<Clock, 'monotonicMs'>) {
    this.#rows = rows
    this.#clock = clock
    this.#beforeMs = rows.select().from(counters).where(eq(counters.name, name)).get()?.value ?? 0
    this.#startedMs = clock.monotonicMs()
  }

  nowMs(): number {
    return Math.round(this.#beforeMs + this.#clock.monotonicMs() - this.#startedMs)
  }

  /** What was not saved when a process is killed counts as not served. */
  save(): void {
    const row = { name, value: this.nowMs() }
    this.#rows.insert(counters).values(row).onConflictDoUpdate({ target: counters.name, set: row }).run()
  }
}
