/** A data folder: its lock, its database with one repository per table, the queue of jobs, its pictures. */
import { AppError } from '../errors/errors.ts'
import type { Clock, Ids } from '../system/ports.ts'
import { Client, type ClientOptions } from './client.ts'
import { DurableJobStore } from './durable-job-store.ts'
import { copiesIn, type Forgotten, forgetInCopy } from './files/copies.ts'
import { databaseFileIn, picturesFolderIn, straysFolderIn } from './files/data-folder.ts'
import { isIntact } from './files/database-file.ts'
import { type OwnerLock, ownDataFolder } from './files/owner-lock.ts'
import { PictureFiles } from './files/picture-files.ts'
import { makePrivate } from './files/private-files.ts'
import { Strays } from './files/strays.ts'
import { UnownedFilesTable } from './files/unowned-files.ts'
import { migrateDatabase } from './migrate.ts'
import { JobReader, type JobReaderParts } from './records/job-records.ts'
import { ServedTime } from './records/served-time.ts'
import { AuditTable } from './repositories/audit.ts'
import { DeliveriesTable } from './repositories/deliveries/deliveries.ts'
import { DeliveryStepsTable } from './repositories/deliveries/delivery-steps.ts'
import { OutboxTable } from './repositories/deliveries/outbox.ts'
import { InstallationsTable } from './repositories/installations.ts'
import { JobPlacesTable } from './repositories/jobs/job-places.ts'
import { JobsTable } from './repositories/jobs/jobs.ts'
import { OpenJobs } from './repositories/jobs/open-jobs.ts'
import { PausedDevicesTable } from './repositories/paused-devices.ts'
import { PendingTable } from './repositories/pending.ts'
import { PeopleTable } from './repositories/people.ts'
import { PicturesTable } from './repositories/pictures.ts'
import { UsageTable } from './repositories/usage.ts'

export interface DatabaseParts extends ClientOptions, JobReaderParts {
  dataDir: string
  migrationsFolder: string
  clock: Clock
  ids: Ids
}

export class Database {
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
  readonly jobStore: DurableJobStore
  readonly client: Client
  readonly dataDir: string
  /** Files of the data folder that other users may read and whose permissions could not be changed. */
  readonly exposed: readonly string[]
  readonly #lock: OwnerLock
  readonly #served: ServedTime

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
    this.exposed = makePrivate(parts.dataDir)
    this.#lock = lock
    const { jobs, openJobs, pictures, outbox, usage, audit, paused, files } = this
    const tables = { jobs, openJobs, pictures, outbox, usage, audit, paused }
    const { clock, ids } = parts
    this.jobStore = new DurableJobStore({ ...tables, client, files, served: this.#served, clock, ids })
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
      if (!isIntact(file)) throw new AppError('database-lost', { file, how: 'damaged' })
      migrateDatabase(client, parts.migrationsFolder)
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

  /** The names of all files of the pictures folder that a row owns. */
  ownedFiles(): Set<string> {
    return new Set([...this.pictures.files(), ...this.pending.files()])
  }

  /** Writes files for a row of a later transaction. The next start moves files that got no row aside. */
  async store(files: readonly { file: string; bytes: Uint8Array }[]): Promise<void> {
    await this.write(() => this.unownedFiles.add(files.map(({ file }) => file)))
    for (const { file, bytes } of files) await this.files.write(file, bytes)
  }

  /** Part of a transaction: marks files that were moved aside for deletion, and returns their names. */
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
}
