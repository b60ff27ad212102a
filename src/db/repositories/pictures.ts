/** The pictures table: the records of stored pictures; the bytes are in files. */
import { and, asc, desc, eq, gte, inArray, isNotNull, isNull, lt, sql } from 'drizzle-orm'
import { groupBy } from '../../common/collections/group-by.ts'
import type { QueryBuilder } from '../client.ts'
import { UnownedFilesTable } from '../files/unowned-files.ts'
import { jobSources, jobs } from '../schema/jobs.ts'
import { pictures } from '../schema/pictures.ts'

export type PictureRecord = typeof pictures.$inferSelect
export type NewPicture = typeof pictures.$inferInsert

export interface RemovedPictures {
  /** The files to discard. */
  files: string[]
  /** The pictures that the job started from and no other job uses, also those without a row. */
  sourceIds: string[]
}

/** These run for every job, so they are prepared once. */
function prepareStatements(query: QueryBuilder) {
  const jobId = sql.placeholder('jobId')
  return {
    ofJob: query
      .select()
      .from(pictures)
      .where(eq(pictures.jobId, jobId))
      .orderBy(asc(pictures.index))
      .prepare(),
    add: query
      .insert(pictures)
      .values({
        id: sql.placeholder('id'),
        personId: sql.placeholder('personId'),
        jobId,
        index: sql.placeholder('index'),
        file: sql.placeholder('file'),
        seed: sql.placeholder('seed'),
        widthPx: sql.placeholder('widthPx'),
        heightPx: sql.placeholder('heightPx'),
        mediaType: sql.placeholder('mediaType'),
        sizeBytes: sql.placeholder('sizeBytes'),
        hash: sql.placeholder('hash'),
        createdAt: sql.placeholder('createdAt'),
      })
      .prepare(),
  }
}

export class PicturesTable {
  readonly #query: QueryBuilder
  readonly #statements: ReturnType<typeof prepareStatements>
  readonly #unowned: UnownedFilesTable

  constructor(query: QueryBuilder) {
    this.#query = query
    this.#statements = prepareStatements(query)
    this.#unowned = new UnownedFilesTable(query)
  }

  /** Adds a picture; its file is owned from now on. A painted one was not noted as unowned. */
  add(picture: NewPicture): void {
    const jobId = picture.jobId ?? null
    this.#statements.add.run({ ...picture, jobId })
    if (jobId === null) this.#unowned.remove([picture.file])
  }

  get(id: string): PictureRecord | undefined {
    return this.#query.select().from(pictures).where(eq(pictures.id, id)).get()
  }

  exists(id: string): boolean {
    return (
      this.#query.select({ id: pictures.id }).from(pictures).where(eq(pictures.id, id)).get() !== undefined
    )
  }

  /** The pictures of jobs with that hash or hash prefix, newest first. */
  madeWithHash(hash: string): PictureRecord[] {
    if (!/^[0-9a-f]{16,64}$/.test(hash)) return []
    // A range instead of a pattern can use the index; `g` follows the last hexadecimal digit.
    return this.#query
      .select()
      .from(pictures)
      .where(and(gte(pictures.hash, hash), lt(pictures.hash, `${hash}g`), isNotNull(pictures.jobId)))
      .orderBy(desc(pictures.createdAt))
      .all()
  }

  /** The picture with these bytes that the person gave before. */
  findGiven(personId: number, hash: string): PictureRecord | undefined {
    return this.#query
      .select()
      .from(pictures)
      .where(and(eq(pictures.hash, hash), eq(pictures.personId, personId), isNull(pictures.jobId)))
      .get()
  }

  /** A job's pictures in their order. */
  ofJob(jobId: string): PictureRecord[] {
    return this.#statements.ofJob.all({ jobId })
  }

  /** The pictures by job, each set in its order. */
  ofJobs(jobIds: readonly string[]): Map<string, PictureRecord[]> {
    if (jobIds.length === 0) return new Map()
    const found = this.#query
      .select()
      .from(pictures)
      .where(inArray(pictures.jobId, [...jobIds]))
      .orderBy(asc(pictures.index))
      .all()
    return groupBy(found, picture => picture.jobId ?? '')
  }

  files(): string[] {
    return this.#query
      .select({ file: pictures.file })
      .from(pictures)
      .all()
      .map(row => row.file)
  }

  /** Removes a job's pictures, and those that it started from and no other job uses. */
  removeOfJob(jobId: string): RemovedPictures {
    const sources = this.#query
      .delete(jobSources)
      .where(eq(jobSources.jobId, jobId))
      .returning({ id: jobSources.pictureId })
      .all()
      .map(row => row.id)
    const sourceIds = sources.filter(id => !this.#isUsed(id))
    const made = this.#query
      .delete(pictures)
      .where(eq(pictures.jobId, jobId))
      .returning({ file: pictures.file })
      .all()
    const given = sourceIds.flatMap(id => this.#removeGiven(id))
    return { files: this.#disown([...made, ...given]), sourceIds }
  }

  /** Removes every picture of a person. Returns the files to discard. */
  removeOfPerson(personId: number): string[] {
    const removed = this.#query
      .delete(pictures)
      .where(eq(pictures.personId, personId))
      .returning({ file: pictures.file })
      .all()
    return this.#disown(removed)
  }

  #disown(removed: readonly { file: string }[]): string[] {
    const files = removed.map(row => row.file)
    this.#unowned.disown(files)
    return files
  }

  /** Whether a job starts from the picture. */
  #isUsed(pictureId: string): boolean {
    const job = this.#query
      .select({ jobId: jobSources.jobId })
      .from(jobSources)
      .innerJoin(jobs, eq(jobs.id, jobSources.jobId))
      .where(eq(jobSources.pictureId, pictureId))
      .get()
    return job !== undefined
  }

  #removeGiven(pictureId: string): { file: string }[] {
    return this.#query
      .delete(pictures)
      .where(and(eq(pictures.id, pictureId), isNull(pictures.jobId)))
      .returning({ file: pictures.file })
      .all()
  }
}
