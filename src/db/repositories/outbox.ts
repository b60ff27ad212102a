/** The outbox: the pending messages to platforms, in entries per delivery. */
import { and, asc, eq, inArray, sql } from 'drizzle-orm'
import type { Rows } from '../client.ts'
import { outbox } from '../schema.ts'

export type OutboxKind = typeof outbox.$inferSelect.kind
export type OutboxEntry = typeof outbox.$inferSelect

/** These run at every step of every delivery, so they are prepared once. */
function prepareStatements(rows: Rows) {
  const deliveryId = sql.placeholder('deliveryId')
  const kind = sql.placeholder('kind')
  const createdAt = sql.placeholder('createdAt')
  const isThat = eq(outbox.deliveryId, deliveryId)
  return {
    add: rows.insert(outbox).values({ deliveryId, kind, createdAt }).onConflictDoNothing().prepare(),
    next: rows.select().from(outbox).where(isThat).orderBy(asc(outbox.id)).limit(1).prepare(),
    remove: rows
      .delete(outbox)
      .where(eq(outbox.id, sql.placeholder('id')))
      .prepare(),
  }
}

export class OutboxTable {
  readonly #rows: Rows
  readonly #statements: ReturnType<typeof prepareStatements>

  constructor(rows: Rows) {
    this.#rows = rows
    this.#statements = prepareStatements(rows)
  }

  /** Idempotent: an entry that is already waiting stays unchanged. */
  add(deliveryId: string, kind: OutboxKind, createdAt: number): void {
    this.#statements.add.run({ deliveryId, kind, createdAt })
  }

  /** Deliveries with waiting entries, the longest wait first. */
  pending(): string[] {
    return this.#rows
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
    this.#rows
      .delete(outbox)
      .where(and(eq(outbox.deliveryId, deliveryId), inArray(outbox.kind, [...kinds])))
      .run()
  }
}
