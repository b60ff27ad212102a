/** A data folder: its lock, its database with one repository per table, its pictures. */
import { isFinal } from '../engine/jobs/job.ts'
import { endingAfterCancel, isCounted } from '../engine/jobs/endings.ts'
import type { Claim, Ending, JobStore, QueuedJob } from '../engine/jobs/job-store.ts'
import type { PaintedPicture } from '../engine/pipeline/painter.ts'
import { sourcesOf, type WorkOrder } from '../engine/work-order.ts'
import { AppError } from '../errors/errors.ts'
import type { Clock, Ids } from '../system/ports.ts'
import { Client, type ClientOptions } from './client.ts'
import { copiesIn, type Forgotten, forgetInCopy } from './files/copies.ts'
import { databaseFileIn, picturesFolderIn, straysFolderIn } from './files/data-folder.ts'
import { isSound } from './files/database-file.ts'
import { extensionOf, paintedFile } from './files/file-names.ts'
import { type OwnerLock, ownDataFolder } from './files/owner-lock.ts'
import { PictureFiles, sha256 } from './files/picture-files.ts'
import { keepPrivate } from './files/private-files.ts'
import { Strays } from './files/strays.ts'
import { UnownedFilesTable } from './files/unowned-files.ts'
import { bringUpToDate } from './migrate.ts'
import { JobReader, type JobReaderParts } from './records/job-records.ts'
import { ServedTime } from './records/served-time.ts'
import { AuditTable } from './repositories/audit.ts'
import { DeliveriesTable } from './repositories/deliveries/deliveries.ts'
import { DeliveryStepsTable } from './repositories/deliveries/delivery-steps.ts'
import { InstallationsTable } from './repositories/installations.ts'
import { JobPlacesTable } from './repositories/jobs/job-places.ts'
import { JobsTable, type MoveFacts } from './repositories/jobs/jobs.ts'
import { OpenJobs } from './repositories/jobs/open-jobs.ts'
import { OutboxTable } from './repositories/deliveries/outbox.ts'
import { PausedDevicesTable } from './repositories/paused-devices.ts'
import { PendingTable } from './repositories/pending.ts'
import { PeopleTable } from './repositories/people.ts'
import { type NewPicture, PicturesTable } from './repositories/pictures.ts'
import { UsageTable } from './repositories/usage.ts'

export interface DatabaseParts extends ClientOptions, JobReaderParts {
  dataDir: string
  migrationsFolder: string
  clock: Clock
  ids: Ids
}

type PaintedRow = Omit<NewPicture, 'personId'>

export class Database implements JobStore {
  readonly people: PeopleTable
  readonly jobs: JobsTable
  readonly openJobs: OpenJobs
  readonly jobPlaces: JobPlacesTable
  readonly pictures: PicturesTable
  readonly deliveries: DeliveriesTable
  readonly deliverySteps: DeliveryStepsTable
  readonly outbox: OutboxTable
  readonly usage: UsageTable
  readonly audit: AuditTable
  readonly installations: InstallationsTable
  readonly pending: PendingTable
  readonly paused: PausedDevicesTable
  readonly files: PictureFiles
  readonly strays: Strays
  readonly unownedFiles: UnownedFilesTable
  readonly client: Client
  readonly dataDir: string
  /** Files of the data folder that other users may read and whose permissions could not be changed. */
  readonly exposed: readonly string[]
  readonly #lock: OwnerLock
  readonly #served: ServedTime
  readonly #clock: Clock
  readonly #ids: Ids

  private constructor(client: Client, lock: OwnerLock, parts: DatabaseParts) {
    const { query } = client
    this.people = new PeopleTable(query)
    this.#served = new ServedTime(query, parts.clock)
    const reader = new JobReader(parts)
    this.jobs = new JobsTable(query, reader, this.#served)
    this.openJobs = new OpenJobs(query, reader, this.#served)
    this.jobPlaces = new JobPlacesTable(query)
    this.pictures = new PicturesTable(query)
    this.deliveries = new DeliveriesTable(query)
    this.deliverySteps = new DeliveryStepsTable(query)
    this.outbox = new OutboxTable(query)
    this.usage = new UsageTable(query)
    this.audit = new AuditTable(query)
    this.installations = new InstallationsTable(query)
    this.pending = new PendingTable(query)
    this.paused = new PausedDevicesTable(query)
    this.files = new PictureFiles(picturesFolderIn(parts.dataDir), parts.ids)
    this.strays = new Strays(straysFolderIn(parts.dataDir), this.files.folder)
    this.unownedFiles = new UnownedFilesTable(query)
    this.client = client
    this.dataDir = parts.dataDir
    this.exposed = keepPrivate(parts.dataDir)
    this.#lock = lock
    this.#clock = parts.clock
    this.#ids = parts.ids
  }

  /**
   * Opens and locks the data folder, and migrates the database.
   * @throws AppError 'data-folder-owned', 'data-folder-read-only', 'database-newer', 'database-lost' or 'storage' when that
   * fails.
   */
  static open(parts: DatabaseParts): Database {
    const lock = ownDataFolder(parts.dataDir)
    const file = databaseFileIn(parts.dataDir)
    let client: Client | undefined
    try {
      client = Client.open(file, parts)
      if (!isSound(file)) throw new AppError('database-lost', { file, how: 'damaged' })
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

  /**
   * Removes deleted text from the database's log and from the copies of upgrades. Returns the copies that could not be
   * written.
   */
  wipe(forgotten: Forgotten): string[] {
    this.client.wipeLog()
    return copiesIn(this.dataDir).filter(copy => {
      try {
        forgetInCopy(copy, forgotten)
        return false
      } catch {
        return true
      }
    })
  }

  close(): void {
    try {
      this.#served.save()
    } catch {
      // The disk is full: then a little of the served time is not counted.
    }
    this.client.close()
    this.#lock.release()
  }

  queuedJobs(): QueuedJob[] {
    return this.openJobs.queuedJobs()
  }

  pausedDevices(): string[] {
    return this.paused.names()
  }

  claim(jobId: string, device: string): Promise<Claim | 'device-paused' | undefined> {
    return this.write(() => {
      if (this.paused.has(device)) return 'device-paused'
      this.#served.saveIfOld()
      const claim = this.jobs.claim(jobId, device, this.#clock.now())
      if (!claim) this.#setUnreadableAside(jobId)
      return claim
    })
  }

  /** Ends unreadable jobs, and tells their authors. */
  setUnreadableAside(): Promise<void> {
    return this.write(() => this.#setUnreadableAside())
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

  /** The names of all files of the pictures folder that a row owns. */
  ownedFiles(): Set<string> {
    return new Set([...this.pictures.files(), ...this.pending.files()])
  }

  /** Writes the files first; after a crash their names tell the next start what they are. A next try has new names. */
  async end(claim: Claim, ending: Ending, runMs: number): Promise<Ending | undefined> {
    const made = ending.state === 'done' ? this.#rowsOf(claim, ending.pictures) : []
    const files = made.map(({ row }) => row.file)
    try {
      for (const { row, bytes } of made) await this.files.write(row.file, bytes)
      const rows = made.map(({ row }) => row)
      const recorded = await this.write(() => this.#record(claim, ending, rows, runMs))
      this.audit.forgetOwed(claim.jobId)
      if (!recorded && files.length > 0) await this.files.remove(files)
      return recorded
    } catch (error) {
      await this.files.remove(files).catch(() => undefined)
      throw error
    }
  }

  /** Writes files for a row of a later transaction. The next start moves files that got no row aside. */
  async store(files: readonly { file: string; bytes: Uint8Array }[]): Promise<void> {
    await this.write(() => this.unownedFiles.add(files.map(({ file }) => file)))
    for (const { file, bytes } of files) await this.files.write(file, bytes)
  }

  /** Part of a transaction: files that were moved aside and are to be discarded. */
  disownStrays(isUnwanted: (name: string) => boolean): string[] {
    const files = this.strays.find(isUnwanted)
    this.unownedFiles.disown(files)
    return files
  }

  /** Deletes files that no row owns. The next start retries files that could not be deleted. */
  async discard(files: readonly string[]): Promise<void> {
    if (files.length === 0) return
    await this.files.remove(files)
    await this.write(() => this.unownedFiles.remove(files))
  }

  expire(jobId: string): Promise<boolean> {
    return this.write(() => this.endQueued(jobId, 'expired'))
  }

  /** Part of a transaction: ends a queued job and notifies its author. */
  endQueued(jobId: string, to: 'expired' | 'cancelled'): boolean {
    const at = this.#clock.now()
    if (!this.jobs.endQueued(jobId, to, { at })) return false
    this.#settleUncounted(jobId)
    return true
  }

  #record(claim: Claim, given: Ending, made: PaintedRow[], runMs: number): Ending | undefined {
    const at = this.#clock.now()
    const job = this.jobs.get(claim.jobId)
    if (!job) {
      // Its row was damaged while it was painted.
      if (this.jobs.isThere(claim.jobId)) this.#setUnreadableAside(claim.jobId)
      return undefined
    }
    const ending = job.cancelRequested ? endingAfterCancel(given) : given
    if (job.removed) {
      if (!this.jobs.endClaim(claim, 'cancelled', { at, runMs })) return undefined
      this.audit.addOwed(claim.jobId)
      if (!isCounted(ending)) this.usage.refund(claim.jobId)
      return undefined
    }
    if (!this.jobs.endClaim(claim, ending.state, { at, runMs, ...factsOf(ending) })) return undefined
    this.usage.addRun(claim.jobId, runMs)
    for (const picture of made) this.pictures.add({ ...picture, personId: job.personId })
    if (ending.state === 'cancelled') this.audit.addOwed(claim.jobId)
    if (!isFinal(ending.state)) return ending
    if (isCounted(ending)) this.outbox.add(claim.jobId, 'settle', at)
    else this.#settleUncounted(claim.jobId)
    return ending
  }

  /** Part of a transaction. `only`: of this job only. */
  #setUnreadableAside(only?: string): void {
    const ended = this.openJobs.setUnreadableAside(this.#clock.now(), only)
    for (const jobId of ended) this.#settleUncounted(jobId)
  }

  /** Part of a transaction: a job that came to nothing is not counted, and its author is told. */
  #settleUncounted(jobId: string): void {
    this.usage.refund(jobId)
    this.outbox.add(jobId, 'settle', this.#clock.now())
  }

  /** A file's name contains its picture's id, so two writes never share a file, and undoing one does not affect others. */
  #rowsOf(claim: Claim, pictures: readonly PaintedPicture[]): { row: PaintedRow; bytes: Uint8Array }[] {
    return pictures.map(({ bytes, mediaType, seed, widthPx, heightPx }, index) => {
      const id = this.#ids.next()
      const file = paintedFile(claim.jobId, index, id, extensionOf(mediaType))
      const facts = { mediaType, seed, widthPx, heightPx, sizeBytes: bytes.byteLength, hash: sha256(bytes) }
      return { row: { id, jobId: claim.jobId, index, file, createdAt: this.#clock.now(), ...facts }, bytes }
    })
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
