/** The whole of a data folder: its lock, its database with one table per repository, its pictures. */
import { join } from 'node:path'
import { isFinal } from '../engine/jobs/job.ts'
import type { Claim, Ending, JobStore, Waiting } from '../engine/jobs/store.ts'
import type { PaintedPicture } from '../engine/pipeline/painter.ts'
import { sourcesOf, type WorkOrder } from '../engine/work-order.ts'
import { AppError } from '../errors.ts'
import type { Clock, Ids } from '../ports.ts'
import { Client, type ClientOptions } from './client.ts'
import { JobsTable, type MoveFacts } from './jobs.ts'
import { AuditTable, InstallationsTable, UsageTable } from './ledger.ts'
import { bringUpToDate } from './migrate.ts'
import { OutboxTable } from './outbox.ts'
import { type OwnerLock, ownDataFolder } from './owner-lock.ts'
import { PeopleTable } from './people.ts'
import { extensionOf, PictureFiles, sha256 } from './picture-files.ts'
import { type NewPicture, PicturesTable } from './pictures.ts'

export interface DatabaseParts extends ClientOptions {
  dataDir: string
  migrationsFolder: string
  clock: Clock
  ids: Ids
}

export class Database implements JobStore {
  readonly people: PeopleTable
  readonly jobs: JobsTable
  readonly pictures: PicturesTable
  readonly outbox: OutboxTable
  readonly usage: UsageTable
  readonly audit: AuditTable
  readonly installations: InstallationsTable
  readonly files: PictureFiles
  readonly client: Client
  readonly #lock: OwnerLock
  readonly #clock: Clock
  readonly #ids: Ids

  private constructor(client: Client, lock: OwnerLock, parts: DatabaseParts) {
    const { rows } = client
    this.people = new PeopleTable(rows)
    this.jobs = new JobsTable(rows)
    this.pictures = new PicturesTable(rows)
    this.outbox = new OutboxTable(rows)
    this.usage = new UsageTable(rows)
    this.audit = new AuditTable(rows)
    this.installations = new InstallationsTable(rows)
    this.files = new PictureFiles(join(parts.dataDir, 'pictures'), parts.ids)
    this.client = client
    this.#lock = lock
    this.#clock = parts.clock
    this.#ids = parts.ids
  }

  /** Throws AppError 'data-folder-owned', 'data-folder-read-only', 'database-newer' or 'storage'. */
  static open(parts: DatabaseParts): Database {
    const lock = ownDataFolder(parts.dataDir)
    let client: Client | undefined
    try {
      client = Client.open(join(parts.dataDir, 'easel.sqlite'), parts)
      bringUpToDate(client, parts.migrationsFolder)
      return new Database(client, lock, parts)
    } catch (error) {
      client?.close()
      lock.release()
      throw error
    }
  }

  /** One transaction over any of the tables. */
  write<T>(work: () => T): Promise<T> {
    return this.client.write(work)
  }

  close(): void {
    this.client.close()
    this.#lock.release()
  }

  waiting(): Waiting[] {
    return this.jobs.waiting()
  }

  claim(jobId: string, device: string): Promise<Claim | undefined> {
    return this.write(() => this.jobs.claim(jobId, device, this.#clock.now()))
  }

  async sources(order: WorkOrder): Promise<Record<string, Uint8Array>> {
    const sources: Record<string, Uint8Array> = {}
    for (const id of sourcesOf(order)) {
      const picture = this.pictures.get(id)
      const bytes = picture && (await this.files.read(picture.file))
      if (!bytes) throw new AppError('source-removed', {})
      sources[id] = bytes
    }
    return sources
  }

  /** Files first: a crash between leaves files without rows, which the next start sweeps away. */
  async end(claim: Claim, ending: Ending, runMs: number): Promise<boolean> {
    const made = ending.state === 'done' ? await this.#keep(claim, ending.pictures) : []
    const own = await this.write(() => this.#record(claim, ending, made, runMs))
    if (!own) await this.files.remove(made.map(picture => picture.file))
    return own
  }

  expire(jobId: string): Promise<boolean> {
    return this.write(() => this.endQueued(jobId, 'expired'))
  }

  /** Part of a transaction: ends a job that no device has, and tells its author. */
  endQueued(jobId: string, to: 'expired' | 'cancelled'): boolean {
    const at = this.#clock.now()
    if (!this.jobs.endQueued(jobId, to, { at })) return false
    this.usage.refund(jobId)
    this.outbox.add(jobId, 'settle', at)
    return true
  }

  #record(claim: Claim, ending: Ending, made: Omit<NewPicture, 'personId'>[], runMs: number): boolean {
    const at = this.#clock.now()
    const job = this.jobs.get(claim.jobId)
    if (!job) return false
    if (job.removed) {
      this.jobs.endClaim(claim, 'cancelled', { at, runMs })
      return false
    }
    if (!this.jobs.endClaim(claim, ending.state, { at, runMs, ...factsOf(ending) })) return false
    this.usage.addRun(claim.jobId, runMs)
    for (const picture of made) this.pictures.add({ ...picture, personId: job.personId })
    if (!isFinal(ending.state)) return true
    // What a person cancelled half-way was painted for them all the same.
    if (ending.state === 'failed' || ending.state === 'dead') this.usage.refund(claim.jobId)
    this.outbox.add(claim.jobId, 'settle', at)
    return true
  }

  /** A file's name holds its picture's id: no two writes share one, so that taking one back harms no other. */
  async #keep(claim: Claim, pictures: readonly PaintedPicture[]): Promise<Omit<NewPicture, 'personId'>[]> {
    const rows: Omit<NewPicture, 'personId'>[] = []
    for (const [index, picture] of pictures.entries()) {
      const { bytes, mediaType, seed, widthPx, heightPx } = picture
      const id = this.#ids.next()
      const file = `${claim.jobId}-${index}-${id}.${extensionOf(mediaType)}`
      await this.files.write(file, bytes)
      const facts = { mediaType, seed, widthPx, heightPx, sizeBytes: bytes.byteLength, hash: sha256(bytes) }
      rows.push({ id, jobId: claim.jobId, index, file, createdAt: this.#clock.now(), ...facts })
    }
    return rows
  }
}

function factsOf(ending: Ending): Omit<MoveFacts, 'at'> {
  switch (ending.state) {
    case 'done':
    case 'cancelled':
      return {}
    case 'queued':
    case 'failed':
    case 'dead': {
      const { failures, crashes } = ending
      return { failures, crashes, failure: ending.state === 'queued' ? undefined : ending.failure }
    }
  }
}
