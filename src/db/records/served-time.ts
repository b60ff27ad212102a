/**
 * The served time of a data folder, summed over all starts: a clock that stands still while Easel does not run and that
 * is independent of the machine's date.
 */
import { eq, sql } from 'drizzle-orm'
import type { Clock } from '../../system/ports.ts'
import type { Rows } from '../client.ts'
import { counters } from '../schema.ts'

const name = 'served_ms'

function prepareSave(rows: Rows) {
  return rows
    .insert(counters)
    .values({ name, value: sql.placeholder('value') })
    .onConflictDoUpdate({ target: counters.name, set: { value: sql`excluded.value` } })
    .prepare()
}

export class ServedTime {
  readonly #save: ReturnType<typeof prepareSave>
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #beforeMs: number
  readonly #startedMs: number

  constructor(rows: Rows, clock: Pick<Clock, 'monotonicMs'>) {
    this.#save = prepareSave(rows)
    this.#clock = clock
    this.#beforeMs = rows.select().from(counters).where(eq(counters.name, name)).get()?.value ?? 0
    this.#startedMs = clock.monotonicMs()
  }

  nowMs(): number {
    return Math.round(this.#beforeMs + this.#clock.monotonicMs() - this.#startedMs)
  }

  /** Saves the time so far. Unsaved time of a killed process is not counted. */
  save(): void {
    this.#save.run({ value: this.nowMs() })
  }
}
