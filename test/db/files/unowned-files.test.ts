import { afterEach, expect, test } from 'vitest'
import { buildTestEasel, type TestEasel } from '../../helpers/build-test-easel.ts'

let t: TestEasel
afterEach(() => t.dispose())

test('more files than a statement of SQLite takes are noted and struck off', async () => {
  t = await buildTestEasel()
  const { db } = t.built
  const files = Array.from({ length: 40_000 }, (_, i) => `${i}.png`)
  await db.write(() => db.unownedFiles.add(files))
  expect(db.unownedFiles.all()).toHaveLength(files.length)
  await db.write(() => db.unownedFiles.remove(files))
  expect(db.unownedFiles.all()).toEqual([])
})
