/** The table of pending questions and open forms. */
import { desc, eq, inArray, lt } from 'drizzle-orm'
import { dayMs } from '../../common/durations.ts'
import type { Rows } from '../client.ts'
import { pendingAnswers } from '../schema.ts'
import { accountOf } from './account.ts'
import type { Identity } from './documents.ts'

/** The maximum per person; the oldest are deleted first. */
const mostOfPerson = 20
/** Older forms and questions are no longer on anybody's screen. */
const lifeMs = 7 * dayMs

type Owner = Omit<Identity, 'name'>

export type PendingRow = { kind: 'found'; document: unknown } | { kind: 'not-yours' } | { kind: 'none' }

export class PendingTable {
  readonly #rows: Rows

  constructor(rows: Rows) {
    this.#rows = rows
  }

  put(id: string, owner: Owner, document: unknown, nowMs: number): void {
    const account = accountOf(owner)
    const row = { id, account, document, createdAt: nowMs }
    this.#rows
      .delete(pendingAnswers)
      .where(lt(pendingAnswers.createdAt, nowMs - lifeMs))
      .run()
    this.#rows.insert(pendingAnswers).values(row).onConflictDoNothing().run()
    const beyond = this.#rows
      .select({ id: pendingAnswers.id })
      .from(pendingAnswers)
      .where(eq(pendingAnswers.account, account))
      .orderBy(desc(pendingAnswers.createdAt), desc(pendingAnswers.id))
      .all()
      .slice(mostOfPerson)
      .map(each => each.id)
    if (beyond.length > 0) this.#rows.delete(pendingAnswers).where(inArray(pendingAnswers.id, beyond)).run()
  }

  get(id: string, asker: Owner, nowMs: number): PendingRow {
    const row = this.#rows.select().from(pendingAnswers).where(eq(pendingAnswers.id, id)).get()
    if (row === undefined || row.createdAt < nowMs - lifeMs) return { kind: 'none' }
    const { account, document } = row
    return account === accountOf(asker) ? { kind: 'found', document } : { kind: 'not-yours' }
  }

  removeOf(owner: Owner): void {
    this.#rows
      .delete(pendingAnswers)
      .where(eq(pendingAnswers.account, accountOf(owner)))
      .run()
  }
}
