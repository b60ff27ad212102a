import { describe, expect, test } from 'vitest'
import { groupBy } from '../../../src/common/collections/group-by.ts'
import { leastUnits } from '../../helpers/measurements/processor-time.ts'

describe('groupBy', () => {
  test('keeps the order of items and of first items', () => {
    expect([...groupBy([3, 1, 4, 5, 2], n => (n % 2 === 0 ? 'even' : 'odd'))]).toEqual([
      ['odd', [3, 1, 5]],
      ['even', [4, 2]],
    ])
  })

  test('takes time in proportion to the items: one group of 100,000 costs next to nothing', async () => {
    const items = Array.from({ length: 100_000 }, (_, i) => i)
    expect(await leastUnits(100, () => groupBy(items, () => 'same'))).toBeLessThan(200)
  })
})
