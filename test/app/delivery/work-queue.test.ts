import { expect, test } from 'vitest'
import { WorkQueue } from '../../../src/app/delivery/work-queue.ts'
import { FakeClock } from '../../fakes/fake-clock.ts'

test('what can wait is worked on when nothing else of its group is ready', async () => {
  const worked: string[] = []
  const queue = new WorkQueue({
    clock: new FakeClock(),
    groupOf: id => ({ name: 'discord', atOnce: 1, canWait: id.startsWith('progress') }),
    work: async id => {
      worked.push(id)
      return 'rest'
    },
  })
  for (const id of ['progress 1', 'progress 2', 'result 1', 'progress 3', 'result 2']) queue.add(id)
  await queue.idle()
  // The first one began before anything else was there.
  expect(worked).toEqual(['progress 1', 'result 1', 'result 2', 'progress 2', 'progress 3'])
})

test('a delivery that waited with its progress goes first once it has a result', async () => {
  const worked: string[] = []
  const results = new Set<string>()
  const queue = new WorkQueue({
    clock: new FakeClock(),
    groupOf: id => ({ name: 'discord', atOnce: 1, canWait: !results.has(id) }),
    work: async id => {
      worked.push(id)
      return 'rest'
    },
  })
  for (const id of ['a', 'b', 'c']) queue.add(id)
  results.add('c')
  queue.add('c')
  await queue.idle()
  expect(worked).toEqual(['a', 'c', 'b'])
})
