import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { migrate } from 'drizzle-orm/better-sqlite3/migrator'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { describe, expect, test } from 'vitest'
import { recover } from '../../src/app/recover.ts'
import { Client } from '../../src/db/client.ts'
import type { Database } from '../../src/db/database.ts'
import { migrateDatabase } from '../../src/db/migrate.ts'
import { jobStates } from '../../src/engine/jobs/job.ts'
import type { Ending } from '../../src/engine/jobs/job-store.ts'
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
/** The migrations as the first release had them. */
function firstRelease(folder: string): void {
  cpSync(migrationsFolder, folder, { recursive: true })
  const journalFile = join(folder, 'meta', '_journal.json')
  const journal = JSON.parse(readFileSync(journalFile, 'utf8'))
  writeFileSync(journalFile, JSON.stringify({ ...journal, entries: journal.entries.slice(0, 1) }))
}

/** Addresses as the first release wrote them. */
const postedBefore = {
  discord: JSON.stringify({
    channelId: 'M1',
    messageId: 'M2',
    card: { channelId: 'C1', messageId: 'M1' },
  }),
  slack: JSON.stringify({
    teamId: 'T1',
    channel: 'C1',
    thread: '1.0',
    ts: '2.0',
    card: '1.0',
    files: ['F1', 'F2'],
  }),
}

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
    const claim = ending || state === 'running' ? await db.jobStore.claim(state, 'cpu') : undefined
    if (claim && claim !== 'device-paused' && ending) await db.jobStore.end(claim, ending, 1)
    if (state === 'cancelled' || state === 'expired')
      await db.write(() => db.jobStore.endQueued(state, state))
    expect(db.jobs.get(state)?.state).toBe(state)
  }
}

describe('the schema', () => {
  test('is brought up to date with a job in every state, and what ran is taken up again', async () => {
    const dataDir = tempFolder()
    const old = openDatabase({ dataDir })
    await oneOfEach(old)
    const before = jobStates.map(state => old.jobs.get(state))
    const told = old.outbox.pending().sort()
    old.close()

    const db = openDatabase({ dataDir, migrationsFolder: nextRelease() })
    expect(jobStates.map(state => db.jobs.get(state))).toEqual(before)
    expect(db.outbox.pending().sort()).toEqual(told)
    await recover({ db, clock: new FakeClock(), log: new RememberingLog() })
    const after = Object.fromEntries(jobStates.map(state => [state, db.jobs.get(state)?.state]))
    expect(after).toEqual({
      ...Object.fromEntries(jobStates.map(state => [state, state])),
      running: 'queued',
    })
    expect(
      db.jobStore
        .queuedJobs()
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
    await old.jobStore.claim('running', 'cpu')
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

  test('keeps what the first release had posted, so that it can still be changed and deleted', async () => {
    const dataDir = tempFolder()
    const first = join(tempFolder(), 'migrations')
    firstRelease(first)
    const sqlite = new Sqlite(join(dataDir, 'easel.sqlite'))
    migrate(drizzle(sqlite), { migrationsFolder: first })
    for (const [platform, address] of Object.entries(postedBefore)) {
      sqlite
        .prepare(`INSERT INTO people (platform, space_id, user_id, name) VALUES (?, 'space', 'ada', 'Ada')`)
        .run(platform)
      sqlite
        .prepare(
          `INSERT INTO jobs (id, state, person_id, platform, space_id, channel_id, conversation, event_id, event_index,
             action, prompt_as_typed, work_order, model_name, picture_count, created_at, finished_at)
           VALUES (?1, 'done', (SELECT max(id) FROM people), ?1, 'space', 'C1', '{}', ?1, 0, 'imagine', 'a cat', '{}',
             'demo', 1, 1, 2)`,
        )
        .run({ 1: platform })
      sqlite.prepare('INSERT INTO messages (job_id, address) VALUES (?, ?)').run(platform, address)
    }
    sqlite.prepare(`INSERT INTO outbox (job_id, kind, created_at) VALUES ('slack', 'withdraw', 3)`).run()
    sqlite.close()

    const db = openDatabase({ dataDir })
    expect(db.deliveries.get('discord')).toMatchObject({ address: postedBefore.discord, end: 'arrived' })
    expect(db.deliverySteps.of('discord')).toMatchObject([
      { name: 'card', makes: 'message', state: 'done', value: '{"channelId":"C1","messageId":"M1"}' },
      { name: 'thread', makes: 'thread', value: 'M1' },
      { name: 'message', makes: 'message', value: postedBefore.discord },
    ])
    expect(db.deliverySteps.of('slack')).toMatchObject([
      { name: 'card', makes: 'message', value: '{"channel":"C1","ts":"1.0"}' },
      { name: 'file:F1', makes: 'file', value: 'F1' },
      { name: 'file:F2', makes: 'file', value: 'F2' },
      { name: 'message', makes: 'message', value: postedBefore.slack },
    ])
    expect(db.deliveries.get('slack')?.end).toBeUndefined()
    expect(db.outbox.next('slack')).toMatchObject({ deliveryId: 'slack', kind: 'withdraw' })
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

  test('is unchanged if a migration fails', async () => {
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

  test('is a fault of the disk where there is no room for it', () => {
    const client = Client.open(join(tempFolder(), 'easel.sqlite'), { clock: new FakeClock() })
    for (let pages = 2; pages < 40; pages += 3) {
      client.sqlite.pragma(`max_page_count = ${pages}`)
      expect(() => migrateDatabase(client, migrationsFolder), `${pages} pages`).toThrow(
        expect.objectContaining({ code: 'storage', details: { problem: { what: 'disk-full' } } }),
      )
    }
    client.sqlite.pragma('max_page_count = 10000')
    migrateDatabase(client, migrationsFolder)
    client.close()
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
