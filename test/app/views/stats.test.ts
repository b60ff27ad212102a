import { expect, test } from 'vitest'
import { statsOf } from '../../../src/app/views/stats.ts'
import type { JobFigures } from '../../../src/db/repositories/jobs/jobs.ts'
import { leastUnits } from '../../helpers/measurements/processor-time.ts'

const figures: JobFigures = {
  state: 'done',
  person: 'Ada',
  personId: 1,
  model: 'demo',
  device: 'cpu',
  pictures: 2,
  createdAt: 0,
  startedAt: 10,
  runMs: 1000,
}

test('statistics of 50,000 jobs of one person, one model and one device hold nobody up', async () => {
  const many = Array<JobFigures>(50_000).fill(figures)
  const db = { jobs: { figures: () => many } }
  expect(statsOf(db, { fromMs: 0, toMs: 100 })).toMatchObject({
    byPerson: [{ name: 'Ada', jobs: 50_000, pictures: 100_000 }],
  })
  expect(await leastUnits(200, () => statsOf(db, { fromMs: 0, toMs: 100 }))).toBeLessThan(500)
})
