/** The job_places table: the conversations besides its own in which a job is visible. */
import { eq } from 'drizzle-orm'
import type { QueryBuilder } from '../../client.ts'
import { jobPlaces } from '../../schema/jobs.ts'
import { conversation, type StoredConversation } from '../documents.ts'

export class JobPlacesTable {
  readonly #query: QueryBuilder

  constructor(query: QueryBuilder) {
    this.#query = query
  }

  /** Makes the job visible in a conversation. Idempotent. */
  add(jobId: string, { details: _, ...place }: StoredConversation): void {
    this.#query.insert(jobPlaces).values({ jobId, place }).onConflictDoNothing().run()
  }

  of(jobId: string): StoredConversation[] {
    return this.#query
      .select({ place: jobPlaces.place })
      .from(jobPlaces)
      .where(eq(jobPlaces.jobId, jobId))
      .all()
      .flatMap(row => conversation.safeParse(row.place).data ?? [])
  }
}
