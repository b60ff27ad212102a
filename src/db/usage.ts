/** The usage table: what accepted jobs took of people's quotas, and how long they ran. */
import { and, asc, eq, gte, inArray, sum } from 'drizzle-orm'
import type { Rows } from './client.ts'
import { people, usage } from './schema.ts'

export interface Used {
  jobs: number
  pictures: number
  runMs: number
}

/** What one accepted job took of the quota. */
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

  /** A job that made nothing costs nothing. */
  refund(jobId: string): void {
    this.#rows.update(usage).set({ pictures: 0 }).where(eq(usage.jobId, jobId)).run()
  }

  /** By those people together. */
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

  /** By those people together, oldest first. */
  entriesSince(personIds: readonly number[], sinceMs: number): UsageEntry[] {
    return this.#rows
      .select({ acceptedAt: usage.acceptedAt, pictures: usage.pictures })
      .from(usage)
      .where(by(personIds, sinceMs))
      .orderBy(asc(usage.acceptedAt))
      .all()
  }

  /** By everybody who came from an address last, oldest first. */
  entriesFrom(address: string, sinceMs: number): UsageEntry[] {
    return this.#rows
      .select({ acceptedAt: usage.acceptedAt, pictures: usage.pictures })
      .from(usage)
      .innerJoin(people, eq(people.id, usage.personId))
      .where(and(eq(people.address, address), gte(usage.acceptedAt, sinceMs)))
      .orderBy(asc(usage.acceptedAt))
      .all()
  }

  /** By everybody in a space, oldest first. */
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
