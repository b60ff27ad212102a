/**
 * The served time of a data folder, summed over all starts: a clock that stops while Easel does not run and that is independent of
 * the machine's date.
 */
import { eq, sql } from 'drizzle-orm'
import type { Clock } from '../../system/ports.ts'
import type { QueryBuilder } from '../client.ts'
import { counters } from '../schema/operation.ts'

const name = 'served_ms'
/** The minimum interval of saves at claims, because each save adds a page to the claim's commit. */
const saveIntervalMs = 1000

function prepareSave(query: QueryBuilder) {
  return query
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
  #savedMs: number

  constructor(query: QueryBuilder, clock: Pick<Clock, 'monotonicMs'>) {
    this.#save = prepareSave(query)
    this.#clock = clock
    this.#beforeMs = query.select().from(counters).where(eq(counters.name, name)).get()?.value ?? 0
    this.#startedMs = clock.monotonicMs()
    this.#savedMs = this.#beforeMs
  }

  nowMs(): number {
    return Math.round(this.#beforeMs + this.#clock.monotonicMs() - this.#startedMs)
  }

  /** Saves the time so far. Unsaved time of a killed process is not counted. */
  save(): void {
    this.#savedMs = this.nowMs()
    this.#save.run({ value: this.#savedMs })
  }

  /** As `save`, unless the time was saved in the last second. */
  saveIfOld(): void {
    if (this.nowMs() - this.#savedMs >= saveIntervalMs) this.save()
  }
}
