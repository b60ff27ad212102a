/** The outbox: the pending messages to platforms, in entries per delivery. */
import { and, asc, eq, inArray, sql } from 'drizzle-orm'
import type { Rows } from '../client.ts'
import { outbox } from '../schema.ts'

export type OutboxKind = typeof outbox.$inferSelect.kind
export type OutboxEntry = typeof outbox.$inferSelect

function prepareNext(rows: Rows) {
  const isThat = eq(outbox.deliveryId, sql.placeholder('deliveryId'))
  return rows.select().from(outbox).where(isThat).orderBy(asc(outbox.id)).limit(1).prepare()
}

export class OutboxTable {
  readonly #rows: Rows
  readonly #next: ReturnType<typeof prepareNext>

  constructor(rows: Rows) {
    this.#rows = rows
    this.#next = prepareNext(rows)
  }

  /** Idempotent: an entry that is already waiting stays unchanged. */
  add(deliveryId: string, kind: OutboxKind, createdAt: number): void {
    this.#rows.insert(outbox).values({ deliveryId, kind, createdAt }).onConflictDoNothing().run()
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
    return this.#next.get({ deliveryId })
  }

  remove(id: number): void {
    this.#rows.delete(outbox).where(eq(outbox.id, id)).run()
  }

  /** Deletes entries that a later entry makes obsolete. */
  drop(deliveryId: string, kinds: readonly OutboxKind[]): void {
    this.#rows
      .delete(outbox)
      .where(and(eq(outbox.deliveryId, deliveryId), inArray(outbox.kind, [...kinds])))
      .run()
  }
}
