/** What waits for a person's answer is kept, up to a number and an age, and goes with the person. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildTestEasel, type TestEasel } from '../../helpers/build-test-easel.ts'

let t: TestEasel
beforeEach(async () => {
  t = await buildTestEasel()
})
afterEach(() => t.dispose())

const dayMs = 24 * 3_600_000

test('a document is found again after a kill, and not after a week', async () => {
  await t.easel.savePending('one', t.caller().person, { words: ['a', 1, null] })
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
  await t.easel.savePending('other', other, 'theirs')
  for (let i = 0; i < 25; i++) {
    t.clock.advance(1)
    await t.easel.savePending(`d${i}`, person, i)
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
  await t.easel.savePending('mine', person, 'a secret prompt')
  await t.easel.savePending('theirs', other, 'another')
  await t.easel.forget(person)
  expect(t.easel.pending('mine', person)).toEqual({ kind: 'none' })
  expect(t.easel.pending('theirs', other)).toMatchObject({ document: 'another' })
})
