/** The table of paused devices. A command of the operator writes it beside a running server. */
import { and, eq, sql } from 'drizzle-orm'
import type { QueryBuilder } from '../client.ts'
import { jobs } from '../schema/jobs.ts'
import { pausedDevices } from '../schema/operation.ts'

/** These run for every claim, or every few seconds, so they are prepared once. */
function prepareStatements(query: QueryBuilder) {
  return {
    names: query.select({ name: pausedDevices.name }).from(pausedDevices).prepare(),
    has: query
      .select({ name: pausedDevices.name })
      .from(pausedDevices)
      .where(eq(pausedDevices.name, sql.placeholder('name')))
      .prepare(),
  }
}

export class PausedDevicesTable {
  readonly #query: QueryBuilder
  readonly #statements: ReturnType<typeof prepareStatements>

  constructor(query: QueryBuilder) {
    this.#query = query
    this.#statements = prepareStatements(query)
  }

  names(): string[] {
    return this.#statements.names.all().map(({ name }) => name)
  }

  has(name: string): boolean {
    return this.#statements.has.get({ name }) !== undefined
  }

  /** Pauses a device. Idempotent. */
  add(name: string, pausedAt: number): void {
    this.#query.insert(pausedDevices).values({ name, pausedAt }).onConflictDoNothing().run()
  }

  remove(name: string): void {
    this.#query.delete(pausedDevices).where(eq(pausedDevices.name, name)).run()
  }

  /** Whether a job runs on the device. */
  isBusy(device: string): boolean {
    const runs = and(eq(jobs.state, 'running'), eq(jobs.device, device))
    return this.#query.select({ id: jobs.id }).from(jobs).where(runs).limit(1).get() !== undefined
  }
}
