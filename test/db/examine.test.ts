import { rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { examine } from '../../src/db/examine.ts'
import { buildTestEasel, type TestEasel } from '../helpers/build-test-easel.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

let t: TestEasel
beforeEach(async () => {
  t = await buildTestEasel()
})
afterEach(() => t.dispose())

test('a data folder is examined beside the server that owns it: what is there, missing, unknown and paused', async () => {
  const [first] = (await t.paint('a red circle')).pictures
  await t.paint('a blue square')
  const counts = { kind: 'sound', pictures: 2, undelivered: 0, paused: [] }
  expect(examine(t.dataDir)).toEqual({ ...counts, missing: 0, unknown: 0 })
  rmSync(join(t.dataDir, 'pictures', t.built.db.pictures.get(first?.id ?? '')?.file ?? ''))
  writeFileSync(join(t.dataDir, 'pictures', 'holiday.png'), 'mine')
  await t.built.db.write(() => t.built.db.paused.add('cuda:0', 1))
  expect(examine(t.dataDir)).toEqual({ ...counts, missing: 1, unknown: 1, paused: ['cuda:0'] })
})

test('results that reached nobody are counted', async () => {
  await t.paint('a red circle')
  t.built.db.client.sqlite.exec("UPDATE deliveries SET end = 'undeliverable'")
  expect(examine(t.dataDir)).toMatchObject({ kind: 'sound', undelivered: 1 })
})

test('damage and a broken reference are found', async () => {
  await t.paint('a red circle')
  const { sqlite } = t.built.db.client
  sqlite.pragma('foreign_keys = OFF')
  sqlite.exec("INSERT INTO job_sources (job_id, picture_id) VALUES ('nobody', 'nothing')")
  expect(examine(t.dataDir)).toEqual({ kind: 'damaged' })
  await t.built.stop(0)
  truncateSync(join(t.dataDir, 'easel.sqlite'), 8192)
  expect(examine(t.dataDir)).toEqual({ kind: 'damaged' })
})

test('a folder without a database has nothing to examine', () => {
  expect(examine(tempFolder())).toEqual({ kind: 'none' })
})
