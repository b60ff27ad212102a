/** The installations table: a platform's workspaces, each encrypted by its adapter. */
import { eq } from 'drizzle-orm'
import type { QueryBuilder } from '../client.ts'
import { installations } from '../schema/operation.ts'

export class InstallationsTable {
  readonly #query: QueryBuilder

  constructor(query: QueryBuilder) {
    this.#query = query
  }

  get(id: string): Uint8Array | undefined {
    return this.#query.select().from(installations).where(eq(installations.id, id)).get()?.sealed
  }

  ids(): string[] {
    return this.#query
      .select({ id: installations.id })
      .from(installations)
      .all()
      .map(row => row.id)
  }

  put(id: string, sealed: Uint8Array, updatedAt: number): void {
    const row = { id, sealed: Buffer.from(sealed), updatedAt }
    this.#query
      .insert(installations)
      .values(row)
      .onConflictDoUpdate({ target: installations.id, set: row })
      .run()
  }

  remove(id: string): void {
    this.#query.delete(installations).where(eq(installations.id, id)).run()
  }
}
