/** The audit table: who did what to whom, for the operator. */
import { and, asc, eq } from 'drizzle-orm'
import type { QueryBuilder } from '../client.ts'
import { audit } from '../schema/operation.ts'

export interface AuditEntry {
  at: number
  /** `platform:space:user`. */
  actor: string
  action: string
  target: string
}

export class AuditTable {
  readonly #query: QueryBuilder
  /** The entries of cancels that a full disk refused, by job. They are in memory alone until the job's end is stored. */
  readonly #deferred = new Map<string, AuditEntry>()

  constructor(query: QueryBuilder) {
    this.#query = query
  }

  add(entry: AuditEntry): void {
    this.#query.insert(audit).values(entry).run()
  }

  /** The entry is added with the end of its target; the first one for a target counts. */
  defer(entry: AuditEntry): void {
    if (!this.#deferred.has(entry.target)) this.#deferred.set(entry.target, entry)
  }

  /** Part of the transaction in which a job ends as cancelled: adds its deferred entry. */
  addDeferred(jobId: string): void {
    const entry = this.#deferred.get(jobId)
    if (entry) this.add(entry)
  }

  /** Called after that transaction, or another that ended the job. */
  dropDeferred(jobId: string): void {
    this.#deferred.delete(jobId)
  }

  has({ action, target }: Pick<AuditEntry, 'action' | 'target'>): boolean {
    const found = this.#query
      .select({ id: audit.id })
      .from(audit)
      .where(and(eq(audit.target, target), eq(audit.action, action)))
      .limit(1)
      .get()
    return found !== undefined
  }

  all(): (typeof audit.$inferSelect)[] {
    return this.#query.select().from(audit).orderBy(asc(audit.id)).all()
  }
}
