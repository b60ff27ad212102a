/** The usage table: quota usage and run time of accepted jobs. */
import { and, asc, eq, gte, inArray, sql, sum } from 'drizzle-orm'
import type { QueryBuilder } from '../client.ts'
import { isInJson } from '../column-placeholder.ts'
import { usage } from '../schema/jobs.ts'
import { people } from '../schema/people.ts'

export interface UsageTotals {
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

/** These run for every job, so they are prepared once. */
function prepareStatements(query: QueryBuilder) {
  const jobId = sql.placeholder('jobId')
  const isThat = eq(usage.jobId, jobId)
  return {
    accept: query
      .insert(usage)
      .values({
        jobId,
        personId: sql.placeholder('personId'),
        pictures: sql.placeholder('pictures'),
        acceptedAt: sql.placeholder('acceptedAt'),
      })
      .prepare(),
    addRun: query
      .update(usage)
      .set({ runMs: sql`${usage.runMs} + ${sql.placeholder('runMs')}` })
      .where(isThat)
      .prepare(),
    refund: query.update(usage).set({ pictures: 0 }).where(isThat).prepare(),
    entriesSince: query
      .select({ acceptedAt: usage.acceptedAt, pictures: usage.pictures })
      .from(usage)
      .where(and(isInJson(usage.personId, 'personIds'), gte(usage.acceptedAt, sql.placeholder('sinceMs'))))
      .orderBy(asc(usage.acceptedAt))
      .prepare(),
  }
}

export class UsageTable {
  readonly #query: QueryBuilder
  readonly #statements: ReturnType<typeof prepareStatements>

  constructor(query: QueryBuilder) {
    this.#query = query
    this.#statements = prepareStatements(query)
  }

  accept(jobId: string, personId: number, pictures: number, acceptedAt: number): void {
    this.#statements.accept.run({ jobId, personId, pictures, acceptedAt })
  }

  addRun(jobId: string, runMs: number): void {
    this.#statements.addRun.run({ jobId, runMs })
  }

  /** Removes the usage of a job that produced nothing. */
  refund(jobId: string): void {
    this.#statements.refund.run({ jobId })
  }

  /** The usage of those people together. */
  since(personIds: readonly number[], sinceMs: number): UsageTotals {
    const rows = this.entriesSince(personIds, sinceMs)
    const total = this.#query
      .select({ runMs: sum(usage.runMs).mapWith(Number) })
      .from(usage)
      .where(and(inArray(usage.personId, [...personIds]), gte(usage.acceptedAt, sinceMs)))
      .get()
    return {
      jobs: rows.length,
      pictures: rows.reduce((count, row) => count + row.pictures, 0),
      runMs: total?.runMs ?? 0,
    }
  }

  /** The entries of those people, oldest first. */
  entriesSince(personIds: readonly number[], sinceMs: number): UsageEntry[] {
    return this.#statements.entriesSince.all({ personIds: JSON.stringify(personIds), sinceMs })
  }

  /** The entries of everybody whose last request came from an address, oldest first. */
  entriesFrom(address: string, sinceMs: number): UsageEntry[] {
    return this.#query
      .select({ acceptedAt: usage.acceptedAt, pictures: usage.pictures })
      .from(usage)
      .innerJoin(people, eq(people.id, usage.personId))
      .where(and(eq(people.address, address), gte(usage.acceptedAt, sinceMs)))
      .orderBy(asc(usage.acceptedAt))
      .all()
  }

  /** The entries of everybody in a space, oldest first. */
  entriesInSpace({ platform, spaceId }: Space, sinceMs: number): UsageEntry[] {
    return this.#query
      .select({ acceptedAt: usage.acceptedAt, pictures: usage.pictures })
      .from(usage)
      .innerJoin(people, eq(people.id, usage.personId))
      .where(and(eq(people.platform, platform), eq(people.spaceId, spaceId), gte(usage.acceptedAt, sinceMs)))
      .orderBy(asc(usage.acceptedAt))
      .all()
  }
}
