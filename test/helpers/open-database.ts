/** A real database in a temporary folder, with jobs to put in. */
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { Database, type DatabaseParts } from '../../src/db/database.ts'
import type { QueuedJob } from '../../src/engine/jobs/job-store.ts'
import { packageRoot } from '../../src/system/paths.ts'
import { FakeClock } from '../fakes/fake-clock.ts'
import { CountingIds } from '../fakes/fake-parts.ts'
import { insertJob } from './insert-job.ts'
import { tempFolder } from './temp-folder.ts'

export const migrationsFolder = join(packageRoot, 'migrations')

export function openDatabase(parts: Partial<DatabaseParts> = {}): Database {
  const db = Database.open({
    dataDir: parts.dataDir ?? tempFolder(),
    migrationsFolder,
    clock: new FakeClock(),
    ids: new CountingIds(),
    ...parts,
  })
  onTestFinished(() => {
    if (db.client.sqlite.open) db.close()
  })
  return db
}

/** Puts a queued job in, as accepting a request does. */
export function addJob(db: Database, id: string, userId = 'ada'): Promise<QueuedJob> {
  return db.write(() => insertJob(db, id, userId))
}
