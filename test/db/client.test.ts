import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Client } from '../../src/db/client.ts'
import { FakeClock } from '../fakes/fake-clock.ts'
import { FullDisk } from '../helpers/disk/full-disk.ts'
import { insertJob } from '../helpers/insert-job.ts'
import { addJob, openDatabase } from '../helpers/open-database.ts'
import { killHard, startChild } from '../helpers/processes/child.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

describe('the connection', () => {
  test('is WAL with synchronous=FULL on creation and at every re-open', () => {
    const file = join(tempFolder(), 'easel.sqlite')
    for (const opened of ['created', 're-opened', 're-opened again']) {
      const { sqlite, ...client } = Client.open(file, { clock: new FakeClock() })
      expect([opened, sqlite.pragma('journal_mode', { simple: true })]).toEqual([opened, 'wal'])
      expect([opened, sqlite.pragma('synchronous', { simple: true })]).toEqual([opened, 2])
      expect([opened, sqlite.pragma('foreign_keys', { simple: true })]).toEqual([opened, 1])
      expect(sqlite.pragma('busy_timeout', { simple: true })).toBeLessThanOrEqual(100)
      expect(client).toBeDefined()
      sqlite.close()
    }
  })

  test('sets pages aside in memory, so no text of a person comes into a temporary file', () => {
    const { sqlite } = Client.open(join(tempFolder(), 'easel.sqlite'), { clock: new FakeClock() })
    expect(sqlite.pragma('temp_store', { simple: true })).toBe(2)
    sqlite.close()
  })

  test('keeps at most 2 MB of a large database in memory', () => {
    const { sqlite } = Client.open(join(tempFolder(), 'easel.sqlite'), { clock: new FakeClock() })
    // A negative number is in KiB: https://sqlite.org/pragma.html#pragma_cache_size
    const size = Number(sqlite.pragma('cache_size', { simple: true }))
    expect(size).toBeLessThan(0)
    expect(-size * 1024).toBeLessThanOrEqual(2_048_000)
    sqlite.close()
  })

  test('a write is all or nothing', async () => {
    const db = openDatabase()
    await expect(
      db.write(() => {
        db.people.upsert({ platform: 'web', spaceId: 'web', userId: 'ada', name: 'Ada' })
        throw new Error('half-way')
      }),
    ).rejects.toThrow('half-way')
    expect(db.people.find({ platform: 'web', spaceId: 'web', userId: 'ada', name: 'Ada' })).toBeUndefined()
  })

  test('a write waits for another process on a timer, not in SQLite, and is done when the lock is free', async () => {
    const dataDir = tempFolder()
    openDatabase({ dataDir }).close()
    const clock = new FakeClock()
    const db = openDatabase({ dataDir, clock })
    const { child } = await startChild('own-data-folder.ts', dataDir, 'writes')

    const write = addJob(db, 'job')
    expect(clock.pending).toBe(1)
    clock.advance(10)
    // The next try takes its turn, finds the lock again and sets the next timer.
    while (clock.pending === 0) await setImmediate()
    expect(db.jobs.get('job')).toBeUndefined()

    await killHard(child)
    clock.advance(20)
    await write
    expect(db.jobs.get('job')?.state).toBe('queued')
  })

  test('a write that waited ten seconds is a storage fault', async () => {
    const dataDir = tempFolder()
    openDatabase({ dataDir }).close()
    const clock = new FakeClock()
    const db = openDatabase({ dataDir, clock })
    await startChild('own-data-folder.ts', dataDir, 'writes')
    const write = addJob(db, 'job')
    clock.advance(10_000)
    await expect(write).rejects.toMatchObject({
      code: 'storage',
      details: { problem: { what: 'busy' } },
    })
  })

  test('a full disk is a storage fault that leaves everything readable, and writing goes on when there is room', async () => {
    const db = openDatabase()
    await addJob(db, 'before')
    const { sqlite } = db.client
    const pages = Number(sqlite.pragma('page_count', { simple: true }))
    sqlite.pragma(`max_page_count = ${pages}`)
    const full = async () => {
      for (let i = 0; i < 1000; i++) await addJob(db, `job-${i}`)
    }
    await expect(full()).rejects.toMatchObject({
      code: 'storage',
      details: { problem: { what: 'disk-full' } },
    })
    expect(db.jobs.get('before')?.state).toBe('queued')
    sqlite.pragma('max_page_count = 1000000')
    await addJob(db, 'after')
    expect(db.jobs.get('after')?.state).toBe('queued')
    expect(sqlite.pragma('integrity_check', { simple: true })).toBe('ok')
  })

  test('the writes that wait for one turn are one transaction, and each is told of after its commit', async () => {
    const statements: unknown[] = []
    const db = openDatabase({ beforeStatement: sql => statements.push(sql) })
    const other = new Sqlite(db.client.sqlite.name, { readonly: true })
    onTestFinished(() => void other.close())
    const durable = other.prepare('SELECT id FROM jobs WHERE id = ?')
    statements.length = 0
    const ids = ['a', 'b', 'c', 'd']
    await Promise.all(
      ids.map(async id => {
        await addJob(db, id)
        expect(durable.get(id)).toEqual({ id })
      }),
    )
    expect(statements.filter(sql => sql === 'COMMIT')).toHaveLength(2)
  })

  test('a crash before the commit of several writes loses all of them, and nothing that was acknowledged', async () => {
    const dataDir = tempFolder()
    const { child, line } = await startChild('writes-together.ts', dataDir)
    await killHard(child)
    expect(line).toBe('acknowledged: a')
    const { jobs } = openDatabase({ dataDir })
    expect(['a', 'b', 'c'].map(id => jobs.get(id)?.state)).toEqual(['queued', undefined, undefined])
  })

  test('a write that fails among others undoes only what it did itself', async () => {
    const db = openDatabase()
    const half = () =>
      db.write(() => {
        insertJob(db, 'half')
        throw new Error('half-way')
      })
    const told = await Promise.allSettled([addJob(db, 'first'), addJob(db, 'b'), half(), addJob(db, 'c')])
    expect(told.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
    expect(['first', 'b', 'half', 'c'].map(id => db.jobs.get(id)?.state)).toEqual([
      'queued',
      'queued',
      undefined,
      'queued',
    ])
  })

  test.each([
    { at: 'the commit', statement: /^COMMIT/ },
    { at: 'a statement of one of them', statement: /^insert into "jobs" .*'b'/ },
  ])(
    'a fault of the disk at $at fails all writes of a transaction, and the next ones go on',
    async ({ statement }) => {
      let isFaulty = false
      const db = openDatabase({
        beforeStatement: sql => {
          if (isFaulty && statement.test(String(sql)))
            throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' })
        },
      })
      const first = addJob(db, 'first')
      isFaulty = true
      const told = await Promise.allSettled([first, addJob(db, 'b'), addJob(db, 'c')])
      isFaulty = false
      expect(told).toMatchObject([
        { status: 'fulfilled' },
        { status: 'rejected', reason: { code: 'storage' } },
        { status: 'rejected', reason: { code: 'storage' } },
      ])
      await addJob(db, 'd')
      expect(['first', 'b', 'c', 'd'].map(id => db.jobs.get(id)?.state)).toEqual([
        'queued',
        undefined,
        undefined,
        'queued',
      ])
    },
  )

  test('a log that cannot be wiped once more is no fault of the writes before, and is wiped later', async () => {
    const disk = new FullDisk()
    const wipes: unknown[] = []
    const db = openDatabase({
      beforeStatement: sql => {
        disk.beforeStatement(sql)
        if (/wal_checkpoint/.test(String(sql))) wipes.push(sql)
      },
    })
    await addJob(db, 'a')
    disk.refused = /wal_checkpoint/
    expect(() => db.client.wipeLog()).toThrow('disk is full')
    const told = await Promise.allSettled([addJob(db, 'b'), addJob(db, 'c'), addJob(db, 'd')])
    expect(told.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled'])
    disk.refused = undefined
    await addJob(db, 'e')
    expect(wipes).toHaveLength(1)
    await addJob(db, 'f')
    expect(wipes).toHaveLength(1)
  })

  test('a file that another write cannot make is no fault of the writes beside it', async () => {
    const db = openDatabase()
    const fails = () =>
      db.write(() => {
        throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
      })
    const told = await Promise.allSettled([addJob(db, 'first'), fails(), addJob(db, 'c')])
    expect(told.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  test('work that returns a promise is refused, and undone', async () => {
    const db = openDatabase()
    const waits = () => db.write(() => Promise.resolve(insertJob(db, 'a')))
    await expect(waits()).rejects.toMatchObject({ code: 'internal' })
    const [, among] = await Promise.allSettled([addJob(db, 'b'), waits(), addJob(db, 'c')])
    expect(among).toMatchObject({ status: 'rejected', reason: { code: 'internal' } })
    expect(['a', 'b', 'c'].map(id => db.jobs.get(id)?.state)).toEqual([undefined, 'queued', 'queued'])
  })

  test('writes that take long share no transaction for longer than ten milliseconds', async () => {
    const clock = new FakeClock()
    const statements: unknown[] = []
    const db = openDatabase({ clock, beforeStatement: sql => statements.push(sql) })
    statements.length = 0
    const done: number[] = []
    const long = (i: number) => db.write(() => clock.advance(4)).then(() => done.push(i))
    await Promise.all(Array.from({ length: 20 }, (_, i) => long(i)))
    expect(done).toEqual([...done.keys()])
    // The first is by itself; of the others three at a time take twelve.
    expect(statements.filter(sql => sql === 'COMMIT')).toHaveLength(8)
  })

  test('a burst of writes leaves the event loop to others after every sixteen', async () => {
    const db = openDatabase()
    let done = 0
    const writes = Array.from({ length: 50 }, async (_, i) => {
      await addJob(db, `job-${i}`)
      done += 1
    })
    const counts: number[] = []
    while (done < 50) {
      await setImmediate()
      counts.push(done)
    }
    expect(counts.every((count, i) => count - (counts[i - 1] ?? 0) <= 17)).toBe(true)
    await Promise.all(writes)
  })
})
