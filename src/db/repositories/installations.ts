/** The installations table: a platform's workspaces, each encrypted by its adapter. */
import { eq } from 'drizzle-orm'
import type { Rows } from '../client.ts'
import { installations } from '../schema/operation.ts'

export class InstallationsTable {
  readonly #rows: Rows

  constructor(rows: Rows) {
    this.#rows = rows
  }

  get(id: string): Uint8Array | undefined {
    return this.#rows.select().from(installations).where(eq(installations.id, id)).get()?.sealed
  }

  ids(): string[] {
    return this.#rows
      .select({ id: installations.id })
      .from(installations)
      .all()
      .map(row => row.id)
  }

  put(id: string, sealed: Uint8Array, updatedAt: number): void {
    const row = { id, sealed: Buffer.from(sealed), updatedAt }
    this.#rows
      .insert(installations)
      .values(row)
      .onConflictDoUpdate({ target: installations.id, set: row })
      .run()
  }

  remove(id: string): void {
    this.#rows.delete(installations).where(eq(installations.id, id)).run()
  }
}
