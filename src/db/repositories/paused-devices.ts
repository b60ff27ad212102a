/** The table of paused devices. A command of the operator writes it beside a running server. */
import { and, eq, sql } from 'drizzle-orm'
import type { Rows } from '../client.ts'
import { jobs } from '../schema/jobs.ts'
import { pausedDevices } from '../schema/operation.ts'

/** These run for every claim, or every few seconds, so they are prepared once. */
function prepareStatements(rows: Rows) {
  return {
    names: rows.select({ name: pausedDevices.name }).from(pausedDevices).prepare(),
    has: rows
      .select({ name: pausedDevices.name })
      .from(pausedDevices)
      .where(eq(pausedDevices.name, sql.placeholder('name')))
      .prepare(),
  }
}

export class PausedDevicesTable {
  readonly #rows: Rows
  readonly #statements: ReturnType<typeof prepareStatements>

  constructor(rows: Rows) {
    this.#rows = rows
    this.#statements = prepareStatements(rows)
  }

  names(): string[] {
    return this.#statements.names.all().map(({ name }) => name)
  }

  has(name: string): boolean {
    return this.#statements.has.get({ name }) !== undefined
  }

  /** A device that is paused already stays so. */
  add(name: string, pausedAt: number): void {
    this.#rows.insert(pausedDevices).values({ name, pausedAt }).onConflictDoNothing().run()
  }

  remove(name: string): void {
    this.#rows.delete(pausedDevices).where(eq(pausedDevices.name, name)).run()
  }

  /** Whether a job runs on the device. */
  isBusy(device: string): boolean {
    const runs = and(eq(jobs.state, 'running'), eq(jobs.device, device))
    return this.#rows.select({ id: jobs.id }).from(jobs).where(runs).limit(1).get() !== undefined
  }
}
