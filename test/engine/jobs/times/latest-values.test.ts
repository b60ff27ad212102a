import { expect, test } from 'vitest'
import { LatestValues } from '../../../../src/engine/jobs/times/latest-values.ts'
import { seededRandom } from '../../../helpers/random/seeded-random.ts'

test('quantiles are those of a sorted copy of the latest values, equal ones among them', () => {
  const random = seededRandom('latest values')
  const limit = 20
  const latest = new LatestValues(limit)
  const values: number[] = []
  expect(latest.quantile(0.5)).toBeUndefined()
  for (let i = 0; i < 200; i++) {
    const value = random.below(10)
    latest.add(value)
    values.push(value)
    const sorted = values.slice(-limit).sort((a, b) => a - b)
    for (const share of [0.01, 0.5, 0.99, 1])
      expect(latest.quantile(share)).toBe(sorted[Math.ceil(sorted.length * share) - 1])
  }
})
