/** What waits for a person's answer is kept, up to a number and an age, and goes with the person. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dayMs } from '../../../src/common/durations.ts'
import { buildTestEasel, type TestEasel } from '../../helpers/build-test-easel.ts'

let t: TestEasel
beforeEach(async () => {
  t = await buildTestEasel()
})
afterEach(() => t.dispose())

test('a document is found again after a kill, and not after a week', async () => {
  await t.easel.savePending({ id: 'one', person: t.caller().person, document: { words: ['a', 1, null] } })
  t.crash()
  t.rebuild()
  await t.start()
  const { person } = t.caller()
  expect(t.easel.pending('one', person)).toEqual({ kind: 'found', document: { words: ['a', 1, null] } })
  expect(t.easel.pending('two', person)).toEqual({ kind: 'none' })
  expect(t.easel.pending('one', { ...person, userId: 'other' })).toEqual({ kind: 'not-yours' })
  t.clock.setWall(t.clock.now() + 7 * dayMs + 1)
  expect(t.easel.pending('one', person)).toEqual({ kind: 'none' })
})

test('each person keeps only the newest pending questions', async () => {
  const { person } = t.caller()
  const other = { ...person, userId: 'other' }
  await t.easel.savePending({ id: 'other', person: other, document: 'theirs' })
  for (let i = 0; i < 25; i++) {
    t.clock.advance(1)
    await t.easel.savePending({ id: `d${i}`, person, document: i })
  }
  const kept = Array.from({ length: 25 }, (_, i) => i).filter(
    i => t.easel.pending(`d${i}`, person).kind === 'found',
  )
  expect(kept).toEqual(Array.from({ length: 20 }, (_, i) => i + 5))
  expect(t.easel.pending('other', other)).toMatchObject({ document: 'theirs' })
})

test('/forget me takes it away, of the person alone', async () => {
  const { person } = t.caller()
  const other = { ...person, userId: 'other' }
  await t.easel.savePending({ id: 'mine', person, document: 'a secret prompt' })
  await t.easel.savePending({ id: 'theirs', person: other, document: 'another' })
  await t.easel.forget(person)
  expect(t.easel.pending('mine', person)).toEqual({ kind: 'none' })
  expect(t.easel.pending('theirs', other)).toMatchObject({ document: 'another' })
})

describe('files of a pending question', () => {
  const files = () => readdirSync(join(t.dataDir, 'pictures')).sort()
  const saves = (id: string, sizes: readonly number[], person = t.caller().person) =>
    t.easel.savePending({
      id,
      person,
      document: id,
      files: sizes.map(size => new Uint8Array(size).fill(size)),
    })

  test('come back in their order after a kill, to their person alone', async () => {
    await saves('one', [3, 1, 2])
    t.crash()
    await t.restart()
    const { person } = t.caller()
    expect((await t.easel.pendingFiles('one', person))?.map(bytes => bytes.length)).toEqual([3, 1, 2])
    expect(await t.easel.pendingFiles('one', { ...person, userId: 'other' })).toBeUndefined()
    expect(files()).toHaveLength(3)
  })

  test('a question that comes twice keeps the files of the first', async () => {
    await saves('one', [1])
    await saves('one', [2, 2])
    expect((await t.easel.pendingFiles('one', t.caller().person))?.map(bytes => bytes.length)).toEqual([1])
    expect(files()).toHaveLength(1)
  })

  test('go with their question: by age, by number, with their person', async () => {
    const { person } = t.caller()
    const other = { ...person, userId: 'other' }
    await saves('theirs', [5], other)
    for (let i = 0; i < 22; i++) {
      t.clock.advance(1)
      await saves(`d${i}`, [1])
    }
    expect(files()).toHaveLength(21)
    await t.easel.forget(person)
    expect(files()).toHaveLength(1)
    t.clock.setWall(t.clock.now() + 7 * dayMs + 1)
    t.crash()
    await t.restart()
    expect(files()).toEqual([])
    expect(t.built.db.unownedFiles.all()).toEqual([])
  })

  test('of one person take so many bytes at most, and the oldest go first', async () => {
    const { db } = t.built
    const owner = t.caller().person
    const put = (id: string, megabytes: number) =>
      db.write(() => {
        t.clock.advance(1)
        const file = { file: `${id}.bin`, sizeBytes: megabytes * 1024 * 1024 }
        return db.pending.put({ id, owner, document: {}, files: [file] }, t.clock.now())
      })
    expect(await put('a', 41)).toEqual([])
    expect(await put('b', 41)).toEqual([])
    expect(await put('c', 41)).toEqual([])
    expect(await put('d', 41)).toEqual(['a.bin'])
  })
})
