/** The usage table: quota usage and run time of accepted jobs. */
import { and, asc, eq, gte, inArray, sum } from 'drizzle-orm'
import type { Rows } from '../client.ts'
import { people, usage } from '../schema.ts'

export interface Used {
  jobs: number
  pictures: number
  runMs: number
}

/** The quota usage of one accepted job. */
export interface UsageEntry {
  acceptedAt: number
  pictures: number
}

interface Space {
  platform: string
  spaceId: string
}

export class UsageTable {
  readonly #rows: Rows

  constructor(rows: Rows) {
    this.#rows = rows
  }

  accept(jobId: string, personId: number, pictures: number, acceptedAt: number): void {
    this.#rows.insert(usage).values({ jobId, personId, pictures, acceptedAt }).run()
  }

  addRun(jobId: string, runMs: number): void {
    const row = this.#rows.select({ runMs: usage.runMs }).from(usage).where(eq(usage.jobId, jobId)).get()
    if (row)
      this.#rows
        .update(usage)
        .set({ runMs: row.runMs + runMs })
        .where(eq(usage.jobId, jobId))
        .run()
  }

  /** Removes the usage of a job that produced nothing. */
  refund(jobId: string): void {
    this.#rows.update(usage).set({ pictures: 0 }).where(eq(usage.jobId, jobId)).run()
  }

  /** The usage of those people together. */
  since(personIds: readonly number[], sinceMs: number): Used {
    const rows = this.entriesSince(personIds, sinceMs)
    const total = this.#rows
      .select({ runMs: sum(usage.runMs).mapWith(Number) })
      .from(usage)
      .where(by(personIds, sinceMs))
      .get()
    return {
      jobs: rows.length,
      pictures: rows.reduce((count, row) => count + row.pictures, 0),
      runMs: total?.runMs ?? 0,
    }
  }

  /** The entries of those people, oldest first. */
  entriesSince(personIds: readonly number[], sinceMs: number): UsageEntry[] {
    return this.#rows
      .select({ acceptedAt: usage.acceptedAt, pictures: usage.pictures })
      .from(usage)
      .where(by(personIds, sinceMs))
      .orderBy(asc(usage.acceptedAt))
      .all()
  }

  /** The entries of everybody whose last request came from an address, oldest first. */
  entriesFrom(address: string, sinceMs: number): UsageEntry[] {
    return this.#rows
      .select({ acceptedAt: usage.acceptedAt, pictures: usage.pictures })
      .from(usage)
      .innerJoin(people, eq(people.id, usage.personId))
      .where(and(eq(people.address, address), gte(usage.acceptedAt, sinceMs)))
      .orderBy(asc(usage.acceptedAt))
      .all()
  }

  /** The entries of everybody in a space, oldest first. */
  entriesInSpace({ platform, spaceId }: Space, sinceMs: number): UsageEntry[] {
    return this.#rows
      .select({ acceptedAt: usage.acceptedAt, pictures: usage.pictures })
      .from(usage)
      .innerJoin(people, eq(people.id, usage.personId))
      .where(and(eq(people.platform, platform), eq(people.spaceId, spaceId), gte(usage.acceptedAt, sinceMs)))
      .orderBy(asc(usage.acceptedAt))
      .all()
  }
}

function by(personIds: readonly number[], sinceMs: number) {
  return and(inArray(usage.personId, [...personIds]), gte(usage.acceptedAt, sinceMs))
}
