import { expect, test } from 'vitest'
import { WorkQueue } from '../../../src/app/delivery/work-queue.ts'
import { FakeClock } from '../../fakes/fake-clock.ts'

test('what can wait is worked on when nothing else of its group is ready', async () => {
  const worked: string[] = []
  const queue = new WorkQueue({
    clock: new FakeClock(),
    groupOf: id => ({ name: 'discord', maxConcurrent: 1, canWait: id.startsWith('progress') }),
    work: async id => {
      worked.push(id)
      return { outcome: 'idle' }
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
    groupOf: id => ({ name: 'discord', maxConcurrent: 1, canWait: !results.has(id) }),
    work: async id => {
      worked.push(id)
      return { outcome: 'idle' }
    },
  })
  for (const id of ['a', 'b', 'c']) queue.add(id)
  results.add('c')
  queue.add('c')
  await queue.idle()
  expect(worked).toEqual(['a', 'c', 'b'])
})

test('work that begins at once gets what was just read, and work that waited does not', async () => {
  const worked: [string, string | undefined][] = []
  const queue = new WorkQueue<string>({
    clock: new FakeClock(),
    groupOf: (id, known) => ({
      name: 'discord',
      maxConcurrent: 1,
      facts: `${known ?? 'nothing known'}, ${id} read`,
    }),
    work: async (id, facts) => {
      worked.push([id, facts])
      return id === 'a' && worked.length === 1 ? { outcome: 'more', known: 'a known' } : { outcome: 'idle' }
    },
  })
  queue.add('a')
  queue.add('b', 'b known')
  await queue.idle()
  queue.add('c', 'c known')
  await queue.idle()
  expect(worked).toEqual([
    ['a', 'nothing known, a read'],
    ['b', undefined],
    ['a', undefined],
    ['c', 'c known, c read'],
  ])
})
