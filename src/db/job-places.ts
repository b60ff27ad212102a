/** The job_places table: where else than in its own conversation a job may be seen. */
import { eq } from 'drizzle-orm'
import type { Rows } from './client.ts'
import { conversation, type StoredConversation } from './documents.ts'
import { jobPlaces } from './schema.ts'

export class JobPlacesTable {
  readonly #rows: Rows

  constructor(rows: Rows) {
    this.#rows = rows
  }

  /** Once, however often it is said. */
  add(jobId: string, { details: _, ...place }: StoredConversation): void {
    this.#rows.insert(jobPlaces).values({ jobId, place }).onConflictDoNothing().run()
  }

  of(jobId: string): StoredConversation[] {
    return this.#rows
      .select({ place: jobPlaces.place })
      .from(jobPlaces)
      .where(eq(jobPlaces.jobId, jobId))
      .all()
      .flatMap(row => conversation.safeParse(row.place).data ?? [])
  }
}
