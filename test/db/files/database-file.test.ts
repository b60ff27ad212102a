import { closeSync, copyFileSync, openSync, renameSync, rmSync, truncateSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { buildTestEasel, type TestEasel } from '../../helpers/build-test-easel.ts'

let t: TestEasel
beforeEach(async () => {
  t = await buildTestEasel()
  for (let i = 0; i < 6; i++) await t.paint(`picture ${i}`)
})
afterEach(() => t.dispose())

const file = (suffix = '') => join(t.dataDir, `easel.sqlite${suffix}`)

function overwrite(name: string, at: number, length: number): void {
  const fd = openSync(name, 'r+')
  writeSync(fd, Buffer.alloc(length, 0xaa), 0, length, at)
  closeSync(fd)
}

function removeAll(suffixes: readonly string[]): void {
  for (const suffix of suffixes) rmSync(file(suffix))
}

describe('nothing is called queued any more once the database', () => {
  const happenings: [string, string, () => void][] = [
    ['is removed', 'missing', () => rmSync(file())],
    ['and its log are removed', 'missing', () => removeAll(['', '-wal', '-shm'])],
    ['lost its log', 'missing', () => rmSync(file('-wal'))],
    ['is moved away', 'missing', () => renameSync(file(), file('.old'))],
    [
      'is replaced by a copy',
      'replaced',
      () => {
        copyFileSync(file(), file('.copy'))
        renameSync(file('.copy'), file())
      },
    ],
    ['is cut to nothing', 'damaged', () => truncateSync(file())],
    ['is cut in the middle', 'damaged', () => truncateSync(file(), 8192)],
    ['lost its header', 'damaged', () => overwrite(file(), 0, 100)],
    ['is overwritten in the middle', 'damaged', () => overwrite(file(), 4096, 20_480)],
    ['has its log cut', 'damaged', () => truncateSync(file('-wal'), 0)],
  ]

  test.each(happenings)('%s', async (_, how, happens) => {
    const { sqlite } = t.built.db.client
    // Everything into the file, then something into the log.
    t.built.db.client.wipeLog()
    await t.paint('the last one')
    const before = sqlite.prepare('SELECT count(*) FROM jobs').pluck().get()
    happens()
    for (const prompt of ['first', 'second']) {
      await expect(t.easel.imagine({ prompt }, t.caller())).rejects.toMatchObject({
        code: 'database-lost',
        details: { how },
      })
    }
    expect(() => t.built.db.client.wipeLog()).toThrow(expect.objectContaining({ code: 'database-lost' }))
    expect(before).toBe(7)
  })

  test.each(happenings.filter(([, how]) => how === 'damaged'))(
    '%s, also where no page of it is in memory yet',
    async (_, how, happens) => {
      await t.built.stop(0)
      await t.restart()
      t.built.db.client.sqlite.pragma('shrink_memory')
      await t.built.db.write(() => t.built.db.unownedFiles.add(['a file']))
      happens()
      for (const prompt of ['first', 'second']) {
        const asking = t.easel.imagine({ prompt }, t.caller())
        await expect(asking).rejects.toMatchObject({ code: 'database-lost', details: { how } })
      }
    },
  )
})

test('a change by another program through SQLite is not damage', async () => {
  const other = new Sqlite(file())
  other.exec('CREATE TABLE notes (text)')
  await t.paint('beside it')
  other.pragma('wal_checkpoint(TRUNCATE)')
  await t.paint('after its checkpoint')
  other.close()
  expect((await t.paint('after its end')).state).toBe('done')
})
