/** The audit table: who did what to whom, for the operator. */
import { asc } from 'drizzle-orm'
import type { Rows } from '../client.ts'
import { audit } from '../schema.ts'

export class AuditTable {
  readonly #rows: Rows

  constructor(rows: Rows) {
    this.#rows = rows
  }

  add(entry: { at: number; actor: string; action: string; target: string }): void {
    this.#rows.insert(audit).values(entry).run()
  }

  all(): (typeof audit.$inferSelect)[] {
    return this.#rows.select().from(audit).orderBy(asc(audit.id)).all()
  }
}
