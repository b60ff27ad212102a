/** The outbox: the pending messages to platforms, in entries per delivery. */
import { and, asc, eq, inArray, type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import type { QueryBuilder } from '../../client.ts'
import { outbox } from '../../schema/deliveries.ts'

export type OutboxKind = typeof outbox.$inferSelect.kind
export type OutboxEntry = typeof outbox.$inferSelect

/** The id of a delivery's oldest entry, read from the index alone. ORDER BY would sort at each read. */
export function oldestEntryOf(deliveryId: SQLWrapper): SQL {
  return sql`(select min(oldest.id) from ${outbox} as oldest where oldest.delivery_id = ${deliveryId})`
}

/** These run at every step of every delivery, so they are prepared once. */
function prepareStatements(query: QueryBuilder) {
  const deliveryId = sql.placeholder('deliveryId')
  const kind = sql.placeholder('kind')
  const createdAt = sql.placeholder('createdAt')
  return {
    add: query.insert(outbox).values({ deliveryId, kind, createdAt }).onConflictDoNothing().prepare(),
    next: query
      .select()
      .from(outbox)
      .where(eq(outbox.id, oldestEntryOf(deliveryId)))
      .prepare(),
    remove: query
      .delete(outbox)
      .where(eq(outbox.id, sql.placeholder('id')))
      .prepare(),
  }
}

export class OutboxTable {
  readonly #query: QueryBuilder
  readonly #statements: ReturnType<typeof prepareStatements>

  constructor(query: QueryBuilder) {
    this.#query = query
    this.#statements = prepareStatements(query)
  }

  /** Adds an entry. Idempotent: an entry that is already waiting stays unchanged. */
  add(deliveryId: string, kind: OutboxKind, createdAt: number): void {
    this.#statements.add.run({ deliveryId, kind, createdAt })
  }

  /** Deliveries with waiting entries, the longest wait first. */
  pending(): string[] {
    return this.#query
      .selectDistinct({ deliveryId: outbox.deliveryId })
      .from(outbox)
      .orderBy(asc(outbox.id))
      .all()
      .map(row => row.deliveryId)
  }

  /** The oldest entry of a delivery. Its entries are processed one after the other. */
  next(deliveryId: string): OutboxEntry | undefined {
    return this.#statements.next.get({ deliveryId })
  }

  remove(id: number): void {
    this.#statements.remove.run({ id })
  }

  /** Deletes entries that a later entry makes obsolete. */
  drop(deliveryId: string, kinds: readonly OutboxKind[]): void {
    this.#query
      .delete(outbox)
      .where(and(eq(outbox.deliveryId, deliveryId), inArray(outbox.kind, [...kinds])))
      .run()
  }
}
