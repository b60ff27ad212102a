/** The delivery_steps table: what each delivery created on its platform, and its methods that were refused. */
import { and, asc, eq, sql } from 'drizzle-orm'
import type { QueryBuilder } from '../../client.ts'
import { deliverySteps } from '../../schema/deliveries.ts'

/** The kind of object that a step created on the platform. */
export type CreatedKind = NonNullable<typeof deliverySteps.$inferSelect.makes>
export type StepState = typeof deliverySteps.$inferSelect.state

export interface StepRecord {
  name: string
  makes?: CreatedKind
  state: StepState
  value?: string
  at: number
}

/** These run at every step of every delivery, so they are prepared once. */
function prepareStatements(query: QueryBuilder) {
  const deliveryId = sql.placeholder('deliveryId')
  const name = sql.placeholder('name')
  const isOfDelivery = eq(deliverySteps.deliveryId, deliveryId)
  const isThat = and(isOfDelivery, eq(deliverySteps.name, name))
  const isClosed = eq(deliverySteps.state, 'closed')
  const select = () => query.select().from(deliverySteps)
  return {
    step: select().where(isThat).prepare(),
    steps: select().where(isOfDelivery).orderBy(asc(deliverySteps.id)).prepare(),
    put: query
      .insert(deliverySteps)
      .values({
        deliveryId,
        name,
        makes: sql.placeholder('makes'),
        state: sql.placeholder('state'),
        value: sql.placeholder('value'),
        at: sql.placeholder('at'),
      })
      .onConflictDoUpdate({
        target: [deliverySteps.deliveryId, deliverySteps.name],
        set: {
          makes: sql`excluded.makes`,
          state: sql`excluded.state`,
          value: sql`excluded.value`,
          at: sql`excluded.at`,
        },
      })
      .prepare(),
    drop: query.delete(deliverySteps).where(isThat).prepare(),
    dropClosed: query.delete(deliverySteps).where(and(isOfDelivery, isClosed)).prepare(),
  }
}

export class DeliveryStepsTable {
  readonly #statements: ReturnType<typeof prepareStatements>

  constructor(query: QueryBuilder) {
    this.#statements = prepareStatements(query)
  }

  get(deliveryId: string, name: string): StepRecord | undefined {
    const row = this.#statements.step.get({ deliveryId, name })
    return row && toRecord(row)
  }

  /** The steps in the order in which they began. */
  of(deliveryId: string): StepRecord[] {
    return this.#statements.steps.all({ deliveryId }).map(toRecord)
  }

  /** Replaces the record of a step. */
  put(deliveryId: string, { name, state, at, ...rest }: StepRecord): void {
    const { makes = null, value = null } = rest
    this.#statements.put.run({ deliveryId, name, makes, state, value, at })
  }

  drop(deliveryId: string, name: string): void {
    this.#statements.drop.run({ deliveryId, name })
  }

  /** Deletes the closed methods, so the next stage tries every method again. */
  dropClosed(deliveryId: string): void {
    this.#statements.dropClosed.run({ deliveryId })
  }
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
