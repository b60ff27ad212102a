/** Real workers that die under a job, as threads and as processes: the job is tried again, and nobody else notices. */
import { existsSync } from 'node:fs'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { createProcessHost } from '../../src/engine/host/process-host.ts'
import { createThreadHost } from '../../src/engine/host/thread-host.ts'
import { FakeWorkers } from '../fakes/fake-workers.ts'
import { realClock } from '../fakes/real-clock.ts'
import { buildTestEasel, type TestEasel } from '../helpers/build-test-easel.ts'

const entry = new URL('../fixtures/workers/worker.mjs', import.meta.url)

beforeAll(() => {
  const built = new URL('../../dist/src/engine/host/serve-worker.js', import.meta.url)
  if (!existsSync(built)) throw new Error('workers run from dist/: build first (npm run build)')
})
let t: TestEasel
afterEach(async () => {
  await t.built.stop(0)
  await t.dispose()
})

test.each([
  ['thread', 'exits'],
  ['thread', 'throws outside the run'],
  ['process', 'exits'],
  ['process', 'dies of SIGSEGV'],
] as const)('a %s that %s', async (kind, way) => {
  let lives = 0
  const openHost = () => {
    lives += 1
    const setup = { way: lives === 1 ? way : 'finishes' }
    const create = kind === 'thread' ? createThreadHost : createProcessHost
    return create({ entry, device: 'mortal:0', setup, env: {} })
  }
  const other = new FakeWorkers({ device: 'fake:1', mode: 'by-hand' })
  t = await buildTestEasel({
    parts: {
      clock: realClock,
      devices: [
        { name: other.device, openHost: other.openHost },
        { name: 'mortal:0', openHost },
      ],
    },
  })
  const undisturbed = await t.ask('a blue square')
  await t.until(() => other.underway.length === 1)
  const { id } = await t.ask('a red circle')
  await t.until(() => lives === 2)
  expect(t.job(undisturbed.id).state).toBe('running')
  await t.until(() => t.find(id)?.state === 'done')
  other.current.finish()
  await t.settled()
  expect(t.job(id)).toMatchObject({
    state: 'done',
    device: 'mortal:0',
    pictures: [{ seed: expect.any(Number) }],
  })
  expect(t.built.db.jobs.get(id)).toMatchObject({ attempt: 2, crashes: 1 })
  expect(t.built.db.jobs.get(undisturbed.id)).toMatchObject({ attempt: 1, crashes: 0 })
})
