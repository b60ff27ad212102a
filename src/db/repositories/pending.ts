/** The tables of pending questions and open forms, and of the files that belong to them. */
import { and, asc, desc, eq, inArray, lt, type SQL, sql, sum } from 'drizzle-orm'
import { dayMs } from '../../common/durations.ts'
import type { QueryBuilder } from '../client.ts'
import { UnownedFilesTable } from '../files/unowned-files.ts'
import { jobs } from '../schema/jobs.ts'
import { pendingAnswers, pendingFiles } from '../schema/pending.ts'
import { people } from '../schema/people.ts'
import { accountOf } from './account.ts'
import type { Identity } from './documents.ts'

/** The maximum of each person, and of all together; the oldest are deleted first. */
const maxOfPerson = { rows: 20, bytes: 128 * 1024 * 1024 }
const maxOfAll = { rows: 10_000, bytes: 1024 * 1024 * 1024 }
/** Older forms and questions are no longer on anybody's screen. */
const lifeMs = 7 * dayMs

type Owner = Omit<Identity, 'name'>

export interface NewPendingRow {
  id: string
  owner: Owner
  document: unknown
  /** Files that are written, in their order. */
  files: readonly { file: string; sizeBytes: number }[]
}

export type PendingRow =
  | { kind: 'found'; document: unknown; files: string[] }
  | { kind: 'not-yours' }
  | { kind: 'none' }

export class PendingTable {
  readonly #query: QueryBuilder
  readonly #unowned: UnownedFilesTable

  constructor(query: QueryBuilder) {
    this.#query = query
    this.#unowned = new UnownedFilesTable(query)
  }

  /** Keeps a question, unless its id is known already. Returns the files to discard: those of questions that it replaces. */
  put({ id, owner, document, files }: NewPendingRow, nowMs: number): string[] {
    const account = accountOf(owner)
    const discarded = this.removeOld(nowMs)
    const row = { id, account, document, createdAt: nowMs }
    const { changes } = this.#query.insert(pendingAnswers).values(row).onConflictDoNothing().run()
    if (changes === 0) return [...discarded, ...files.map(({ file }) => file)]
    if (files.length > 0)
      this.#query
        .insert(pendingFiles)
        .values(files.map((each, index) => ({ ...each, pendingId: id, index })))
        .run()
    this.#unowned.remove(files.map(({ file }) => file))
    return [
      ...discarded,
      ...this.#removeBeyond(maxOfPerson, eq(pendingAnswers.account, account)),
      ...this.#removeBeyond(maxOfAll),
    ]
  }

  get(id: string, owner: Owner, nowMs: number): PendingRow {
    const row = this.#query.select().from(pendingAnswers).where(eq(pendingAnswers.id, id)).get()
    if (row === undefined || row.createdAt < nowMs - lifeMs) return { kind: 'none' }
    const { account, document } = row
    if (account !== accountOf(owner)) return { kind: 'not-yours' }
    const files = this.#query
      .select({ file: pendingFiles.file })
      .from(pendingFiles)
      .where(eq(pendingFiles.pendingId, id))
      .orderBy(asc(pendingFiles.index))
      .all()
    return { kind: 'found', document, files: files.map(({ file }) => file) }
  }

  files(): string[] {
    return this.#query
      .select({ file: pendingFiles.file })
      .from(pendingFiles)
      .all()
      .map(({ file }) => file)
  }

  /** Returns the files to discard. */
  removeOf(owner: Owner): string[] {
    return this.#remove(eq(pendingAnswers.account, accountOf(owner)))
  }

  /** Removes the question that led to a job: its document names the job's event. Returns the files to discard. */
  removeOfJob(jobId: string): string[] {
    const job = this.#query
      .select({ account: people.account, eventId: jobs.eventId })
      .from(jobs)
      .innerJoin(people, eq(people.id, jobs.personId))
      .where(eq(jobs.id, jobId))
      .get()
    if (!job) return []
    const isOfEvent = sql`json_extract(${pendingAnswers.document}, '$.eventId') = ${job.eventId}`
    return this.#remove(and(eq(pendingAnswers.account, job.account), isOfEvent))
  }

  /** Returns the files to discard. */
  removeOld(nowMs: number): string[] {
    return this.#remove(lt(pendingAnswers.createdAt, nowMs - lifeMs))
  }

  #removeBeyond(limit: { rows: number; bytes: number }, which?: SQL): string[] {
    let rows = 0
    let bytes = 0
    const beyond = this.#query
      .select({ id: pendingAnswers.id, bytes: sum(pendingFiles.sizeBytes).mapWith(Number) })
      .from(pendingAnswers)
      .leftJoin(pendingFiles, eq(pendingFiles.pendingId, pendingAnswers.id))
      .where(which)
      .groupBy(pendingAnswers.id)
      .orderBy(desc(pendingAnswers.createdAt), desc(pendingAnswers.id))
      .all()
      .filter(each => {
        rows += 1
        bytes += each.bytes ?? 0
        return rows > limit.rows || bytes > limit.bytes
      })
      .map(({ id }) => id)
    return beyond.length === 0 ? [] : this.#remove(inArray(pendingAnswers.id, beyond))
  }

  /** The files' rows go with the question's. */
  #remove(which: SQL | undefined): string[] {
    const files = this.#query
      .select({ file: pendingFiles.file })
      .from(pendingFiles)
      .innerJoin(pendingAnswers, eq(pendingAnswers.id, pendingFiles.pendingId))
      .where(which)
      .all()
      .map(({ file }) => file)
    this.#query.delete(pendingAnswers).where(which).run()
    this.#unowned.disown(files)
    return files
  }
}
