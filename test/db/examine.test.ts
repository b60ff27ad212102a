import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { examine } from '../../src/db/examine.ts'
import { buildTestEasel, type TestEasel } from '../helpers/build-test-easel.ts'
import { migrationsFolder } from '../helpers/open-database.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

let t: TestEasel
beforeEach(async () => {
  t = await buildTestEasel()
})
afterEach(() => t.dispose())

const look = (folder = t.dataDir) => examine(folder, migrationsFolder)

test('a data folder is examined beside the server that owns it: what is there, missing, unknown and paused', async () => {
  const [first] = (await t.paint('a red circle')).pictures
  await t.paint('a blue square')
  const counts = { kind: 'sound', pictures: 2, undelivered: 0, paused: [] }
  expect(look()).toEqual({ ...counts, missing: 0, unknown: 0 })
  rmSync(join(t.dataDir, 'pictures', t.built.db.pictures.get(first?.id ?? '')?.file ?? ''))
  writeFileSync(join(t.dataDir, 'pictures', 'holiday.png'), 'mine')
  await t.built.db.write(() => t.built.db.paused.add('cuda:0', 1))
  expect(look()).toEqual({ ...counts, missing: 1, unknown: 1, paused: ['cuda:0'] })
})

test('results that reached nobody are counted', async () => {
  await t.paint('a red circle')
  t.built.db.client.sqlite.exec("UPDATE deliveries SET end = 'undeliverable'")
  expect(look()).toMatchObject({ kind: 'sound', undelivered: 1 })
})

test('what a start would refuse is refused with its reason: a newer database, and one that is not that of the pictures', async () => {
  const { dataDir } = t
  await t.paint('a red circle')
  const pictures = join(dataDir, 'pictures')
  const paint = (name: string) => writeFileSync(join(pictures, name), 'mine')
  for (const name of ['a.png', 'b.png']) paint(name)
  expect(look()).toMatchObject({ kind: 'sound', unknown: 2 })
  paint('c.png')
  const unknown = { folder: pictures, unknown: 3, files: 4 }
  expect(look()).toMatchObject({ kind: 'refused', why: { code: 'pictures-unknown', details: unknown } })
  t.built.db.client.sqlite.exec("INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('newer', 1)")
  expect(look()).toMatchObject({ kind: 'refused', why: { code: 'database-newer' } })
})

test('damage and a broken reference are found', async () => {
  await t.paint('a red circle')
  const { sqlite } = t.built.db.client
  sqlite.pragma('foreign_keys = OFF')
  sqlite.exec("INSERT INTO job_sources (job_id, picture_id) VALUES ('nobody', 'nothing')")
  expect(look()).toEqual({ kind: 'damaged' })
  await t.built.stop(0)
  truncateSync(join(t.dataDir, 'easel.sqlite'), 8192)
  expect(look()).toEqual({ kind: 'damaged' })
})

test('a folder without a database has nothing to examine but pictures, which a start would refuse', () => {
  const folder = tempFolder()
  expect(look(folder)).toEqual({ kind: 'none' })
  mkdirSync(join(folder, 'pictures'))
  for (const name of ['a.png', 'b.png', 'c.png']) writeFileSync(join(folder, 'pictures', name), 'mine')
  expect(look(folder)).toMatchObject({ kind: 'refused', why: { code: 'pictures-unknown' } })
})
