/** A real database in a temporary folder, with jobs to put in. */
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { Database, type DatabaseParts } from '../../src/db/database.ts'
import type { Waiting } from '../../src/engine/jobs/store.ts'
import { packageRoot } from '../../src/system/paths.ts'
import { FakeClock } from '../fakes/fake-clock.ts'
import { CountingIds } from '../fakes/fake-parts.ts'
import { redCircleOrder } from './job-views.ts'
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
export function addJob(db: Database, id: string, userId = 'ada'): Promise<Waiting> {
  return db.write(() => insertJob(db, id, userId))
}

/** The same inside somebody's transaction. */
export function insertJob(db: Database, id: string, userId = 'ada'): Waiting {
  const personId = db.people.upsert({ platform: 'web', spaceId: 'web', userId, name: userId })
  const waiting = db.jobs.add({
    id,
    personId,
    conversation: { platform: 'web', spaceId: 'web', channelId: 'chat', kind: 'channel', audience: 'space' },
    eventId: `event-of-${id}`,
    eventIndex: 0,
    action: 'imagine',
    promptAsTyped: 'a red circle',
    order: redCircleOrder(),
    createdAt: 1_700_000_000_000,
  })
  db.usage.accept(id, personId, 1, 1_700_000_000_000)
  db.deliveries.add({ id, jobId: id, platform: 'web', personId })
  db.outbox.add(id, 'open', 1_700_000_000_000)
  return waiting
}
