import { afterEach, expect, test } from 'vitest'
import { feedOf } from '../../../../src/bots/web/outbound/feed.ts'
import { en } from '../../../../src/words/en.ts'
import { TestEasel } from '../../../helpers/build-test-easel.ts'
import { insertJob } from '../../../helpers/insert-job.ts'

let t: TestEasel
afterEach(() => t.dispose())

test('others get their turn while a page of 200 jobs is rendered', async () => {
  t = new TestEasel()
  const { db } = t.built
  await db.write(() => {
    for (let i = 0; i < 200; i++) insertJob(db, `job-${i}`)
  })
  let turns = 0
  let turn: NodeJS.Immediate
  const another = () => {
    turns += 1
    turn = setImmediate(another)
  }
  turn = setImmediate(another)
  const { fragments, hasEarlier } = await feedOf(t.easel, en, 200)
  clearImmediate(turn)
  expect(fragments.map(({ jobId }) => jobId)).toEqual(Array.from({ length: 200 }, (_, i) => `job-${i}`))
  expect(hasEarlier).toBe(false)
  // A job takes up to 0.3 ms: no turn renders more than a sixth of the page.
  expect(turns).toBeGreaterThanOrEqual(6)
})
