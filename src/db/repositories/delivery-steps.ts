/** The delivery_steps table: what each delivery created on its platform, and its ways that were refused. */
import { and, asc, eq, sql } from 'drizzle-orm'
import type { Rows } from '../client.ts'
import { deliverySteps } from '../schema.ts'

/** The kind of object that a step created on the platform. */
export type Made = NonNullable<typeof deliverySteps.$inferSelect.makes>
export type StepState = typeof deliverySteps.$inferSelect.state

export interface StepRecord {
  name: string
  makes?: Made
  state: StepState
  value?: string
  at: number
}

function prepareReads(rows: Rows) {
  const isThat = eq(deliverySteps.deliveryId, sql.placeholder('deliveryId'))
  const isNamed = eq(deliverySteps.name, sql.placeholder('name'))
  const select = () => rows.select().from(deliverySteps)
  return {
    step: select().where(and(isThat, isNamed)).prepare(),
    steps: select().where(isThat).orderBy(asc(deliverySteps.id)).prepare(),
  }
}

export class DeliveryStepsTable {
  readonly #rows: Rows
  readonly #reads: ReturnType<typeof prepareReads>

  constructor(rows: Rows) {
    this.#rows = rows
    this.#reads = prepareReads(rows)
  }

  get(deliveryId: string, name: string): StepRecord | undefined {
    const row = this.#reads.step.get({ deliveryId, name })
    return row && toRecord(row)
  }

  /** The steps in the order in which they began. */
  of(deliveryId: string): StepRecord[] {
    return this.#reads.steps.all({ deliveryId }).map(toRecord)
  }

  /** Replaces the record of a step. */
  put(deliveryId: string, { name, state, at, ...rest }: StepRecord): void {
    const facts = { makes: rest.makes ?? null, state, value: rest.value ?? null, at }
    this.#rows
      .insert(deliverySteps)
      .values({ deliveryId, name, ...facts })
      .onConflictDoUpdate({ target: [deliverySteps.deliveryId, deliverySteps.name], set: facts })
      .run()
  }

  drop(deliveryId: string, name: string): void {
    this.#rows.delete(deliverySteps).where(only(deliveryId, name)).run()
  }

  /** Deletes the closed ways, so the next stage tries every way again. */
  dropClosed(deliveryId: string): void {
    this.#rows
      .delete(deliverySteps)
      .where(and(eq(deliverySteps.deliveryId, deliveryId), eq(deliverySteps.state, 'closed')))
      .run()
  }
}

function only(deliveryId: string, name: string) {
  return and(eq(deliverySteps.deliveryId, deliveryId), eq(deliverySteps.name, name))
}

function toRecord(row: typeof deliverySteps.$inferSelect): StepRecord {
  return {
    name: row.name,
    ...(row.makes === null ? {} : { makes: row.makes }),
    state: row.state,
    ...(row.value === null ? {} : { value: row.value }),
    at: row.at,
  }
}
