/** Replies that one person alone sees, as steps of the jobs whose words they show. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildTestEasel, type TestEasel } from '../../helpers/build-test-easel.ts'

let t: TestEasel
beforeEach(async () => {
  t = await buildTestEasel()
})
afterEach(() => t.dispose())

const deletion = () => ({ address: 'there', untilMs: t.clock.now() + 1000 })

test('a reply is recorded with all its jobs, or not at all once one of them is removed', async () => {
  const one = await t.paint('a secret')
  const other = await t.paint('another')
  const jobIds = [one.id, other.id]
  expect(await t.easel.recordReply({ id: 'first', jobIds, deletion: deletion() })).toBe(true)
  await t.easel.act({ kind: 'delete', jobId: one.id }, t.caller())
  expect(await t.easel.recordReply({ id: 'second', jobIds, deletion: deletion() })).toBe(false)
  expect(await t.easel.recordReply({ id: 'third', jobIds: ['unknown'] })).toBe(false)
  expect(t.built.db.deliverySteps.of(other.id).map(({ name }) => name)).toEqual(['message', 'reply:first'])
})

test('a deletion counts each reply once that can no longer be deleted, and keeps no record of it', async () => {
  const jobIds = [(await t.paint('a secret')).id, (await t.paint('another')).id]
  await t.easel.recordReply({ id: 'never', jobIds })
  await t.easel.recordReply({ id: 'late', jobIds, deletion: deletion() })
  t.clock.setWall(t.clock.now() + 1000)
  await t.easel.recordReply({ id: 'soon', jobIds, deletion: deletion() })
  const { undeletableReplies } = await t.easel.forget(t.caller().person)
  expect(undeletableReplies).toBe(2)
  await t.settled()
  expect(jobIds.flatMap(id => t.built.db.deliverySteps.of(id))).toEqual([])
})
