import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { describe, expect, test } from 'vitest'
import { recover } from '../../src/app/recover.ts'
import type { Database } from '../../src/db/database.ts'
import { jobStates } from '../../src/engine/jobs/job.ts'
import type { Ending } from '../../src/engine/jobs/store.ts'
import { FakeClock } from '../fakes/fake-clock.ts'
import { RememberingLog } from '../fakes/fake-parts.ts'
import { paintedFor } from '../fakes/fake-workers.ts'
import { redCircleOrder } from '../helpers/job-views.ts'
import { addJob, migrationsFolder, openDatabase } from '../helpers/open-database.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

/** The migrations with one more at their end, as the next release would bring. */
function nextRelease(): string {
  const folder = join(tempFolder(), 'migrations')
  cpSync(migrationsFolder, folder, { recursive: true })
  mkdirSync(join(folder, 'meta'), { recursive: true })
  const journalFile = join(folder, 'meta', '_journal.json')
  const journal = JSON.parse(readFileSync(journalFile, 'utf8'))
  const last = journal.entries.at(-1)
  journal.entries.push({ ...last, idx: last.idx + 1, when: last.when + 1, tag: '9999_next' })
  writeFileSync(journalFile, JSON.stringify(journal))
  writeFileSync(join(folder, '9999_next.sql'), 'ALTER TABLE `jobs` ADD `colour` text;')
  return folder
}

/** Migrations that there are. */
const released = readMigrationFiles({ migrationsFolder }).length

/** One job in every state that there is, as running makes them. */
async function oneOfEach(db: Database): Promise<void> {
  const endings: Record<string, Ending> = {
    done: { state: 'done', pictures: paintedFor(redCircleOrder({ widthPx: 8, heightPx: 8 })) },
    failed: { state: 'failed', failures: 1, crashes: 0, failure: { code: 'source-removed', details: {} } },
    dead: {
      state: 'dead',
      failures: 0,
      crashes: 2,
      failure: { code: 'took-worker-down', details: { crashes: 2 } },
    },
  }
  for (const state of jobStates) {
    await addJob(db, state)
    const ending = endings[state]
    const claim = ending || state === 'running' ? await db.claim(state, 'cpu') : undefined
    if (claim && ending) await db.end(claim, ending, 1)
    if (state === 'cancelled' || state === 'expired') await db.write(() => db.endQueued(state, state))
    expect(db.jobs.get(state)?.state).toBe(state)
  }
}

describe('the schema', () => {
  test('is brought up to date with a job in every state, and what ran is taken up again', async () => {
    const dataDir = tempFolder()
    const old = openDatabase({ dataDir })
    await oneOfEach(old)
    const before = jobStates.map(state => old.jobs.get(state))
    const told = old.outbox.pendingJobs().sort()
    old.close()

    const db = openDatabase({ dataDir, migrationsFolder: nextRelease() })
    expect(jobStates.map(state => db.jobs.get(state))).toEqual(before)
    expect(db.outbox.pendingJobs().sort()).toEqual(told)
    await recover({ db, clock: new FakeClock(), log: new RememberingLog() })
    const after = Object.fromEntries(jobStates.map(state => [state, db.jobs.get(state)?.state]))
    expect(after).toEqual({
      ...Object.fromEntries(jobStates.map(state => [state, state])),
      running: 'queued',
    })
    expect(
      db
        .waiting()
        .map(({ jobId }) => jobId)
        .sort(),
    ).toEqual(['queued', 'running'])
    const [picture] = db.pictures.ofJobs(['done']).get('done') ?? []
    expect(await db.files.read(picture?.file ?? '')).toHaveLength(picture?.sizeBytes ?? -1)
    expect(db.client.sqlite.pragma('integrity_check', { simple: true })).toBe('ok')
  })

  test('is brought up to date with all jobs kept and a copy of the old file beside it', async () => {
    const dataDir = tempFolder()
    const old = openDatabase({ dataDir })
    await addJob(old, 'queued')
    await addJob(old, 'running')
    await old.claim('running', 'cpu')
    old.close()

    const next = nextRelease()
    const db = openDatabase({ dataDir, migrationsFolder: next })
    expect(db.jobs.get('queued')?.state).toBe('queued')
    expect(db.jobs.get('running')?.state).toBe('running')
    expect(db.client.sqlite.prepare('SELECT colour FROM jobs').all()).toHaveLength(2)
    db.close()

    const copy = new Sqlite(join(dataDir, `before-schema-${released + 1}.sqlite`), { readonly: true })
    expect(copy.prepare('SELECT count(*) FROM jobs').pluck().get()).toBe(2)
    copy.close()
    openDatabase({ dataDir, migrationsFolder: next })
  })

  test('of a newer Easel is refused, and the folder is free again', () => {
    const dataDir = tempFolder()
    openDatabase({ dataDir, migrationsFolder: nextRelease() }).close()
    const file = join(dataDir, 'easel.sqlite')
    for (const attempt of [1, 2]) {
      expect(() => openDatabase({ dataDir }), `attempt ${attempt}`).toThrow(
        expect.objectContaining({
          code: 'database-newer',
          details: { file, found: released + 1, known: released },
        }),
      )
    }
  })

  test('that cannot be applied leaves the old one as it was', async () => {
    const dataDir = tempFolder()
    const old = openDatabase({ dataDir })
    await addJob(old, 'job')
    old.close()
    const broken = nextRelease()
    writeFileSync(
      join(broken, '9999_next.sql'),
      'ALTER TABLE `jobs` ADD `colour` text;\n--> statement-breakpoint\nNONSENSE;',
    )
    expect(() => openDatabase({ dataDir, migrationsFolder: broken })).toThrow(/NONSENSE/)
    expect(openDatabase({ dataDir }).jobs.get('job')?.state).toBe('queued')
  })

  test('a file that is no database is refused, and stays', () => {
    const dataDir = tempFolder()
    writeFileSync(
      join(dataDir, 'easel.sqlite'),
      'not a database at all, but long enough to be looked at'.repeat(40),
    )
    expect(() => openDatabase({ dataDir })).toThrow(expect.objectContaining({ code: 'database-lost' }))
    expect(existsSync(join(dataDir, 'owner.lock'))).toBe(true)
  })
})
