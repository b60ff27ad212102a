/** The outbox and the messages: what platforms still have to be told, and where each job's placeholder lives. */
import { and, asc, eq, inArray } from 'drizzle-orm'
import type { Rows } from './client.ts'
import { jobs, messages, outbox } from './schema.ts'

export type OutboxKind = typeof outbox.$inferSelect.kind

export interface OutboxEntry {
  id: number
  jobId: string
  platform: string
  kind: OutboxKind
  createdAt: number
}

/** `unsent`: never posted; `gone`: the platform took it away. */
export type Placeholder = { kind: 'unsent' } | { kind: 'gone' } | { kind: 'at'; address: string }

export class OutboxTable {
  readonly #rows: Rows

  constructor(rows: Rows) {
    this.#rows = rows
  }

  /** Adding what is already waiting changes nothing. */
  add(jobId: string, kind: OutboxKind, createdAt: number): void {
    this.#rows.insert(outbox).values({ jobId, kind, createdAt }).onConflictDoNothing().run()
  }

  /** Jobs with anything waiting, the longest wait first. */
  pendingJobs(): string[] {
    return this.#rows
      .selectDistinct({ jobId: outbox.jobId })
      .from(outbox)
      .orderBy(asc(outbox.id))
      .all()
      .map(row => row.jobId)
  }

  /** The oldest entry of a job: its entries are delivered one after the other. */
  next(jobId: string): OutboxEntry | undefined {
    return this.#rows
      .select({
        id: outbox.id,
        jobId: outbox.jobId,
        platform: jobs.platform,
        kind: outbox.kind,
        createdAt: outbox.createdAt,
      })
      .from(outbox)
      .innerJoin(jobs, eq(jobs.id, outbox.jobId))
      .where(eq(outbox.jobId, jobId))
      .orderBy(asc(outbox.id))
      .limit(1)
      .get()
  }

  remove(id: number): void {
    this.#rows.delete(outbox).where(eq(outbox.id, id)).run()
  }

  /** Takes back what a later entry makes pointless. */
  drop(jobId: string, kinds: readonly OutboxKind[]): void {
    this.#rows
      .delete(outbox)
      .where(and(eq(outbox.jobId, jobId), inArray(outbox.kind, [...kinds])))
      .run()
  }

  placeholder(jobId: string): Placeholder {
    const row = this.#rows.select().from(messages).where(eq(messages.jobId, jobId)).get()
    if (!row) return { kind: 'unsent' }
    return row.address === null ? { kind: 'gone' } : { kind: 'at', address: row.address }
  }

  /** A null address: the platform says that the placeholder is gone. */
  setPlaceholder(jobId: string, address: string | null): void {
    this.#rows
      .insert(messages)
      .values({ jobId, address })
      .onConflictDoUpdate({ target: messages.jobId, set: { address } })
      .run()
  }
}
