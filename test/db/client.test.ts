import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Client } from '../../src/db/client.ts'
import { FakeClock } from '../fakes/fake-clock.ts'
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
})
