import { expect, test } from 'vitest'
import { backoffMs, jitteredMs } from '../../src/common/backoff.ts'

test('pauses grow by their factor, up to the longest', () => {
  const pauses = (backoff: Parameters<typeof backoffMs>[0]) => [0, 1, 2, 3, 9].map(n => backoffMs(backoff, n))
  expect(pauses({ firstMs: 1000, maxMs: 5000 })).toEqual([1000, 2000, 4000, 5000, 5000])
  expect(pauses({ firstMs: 1000, maxMs: 2000, factor: 1.5 })).toEqual([1000, 1500, 2000, 2000, 2000])
})

test('jitter leaves between half of a pause and all of it', () => {
  expect([0, 0.5, 1].map(chance => jitteredMs(1000, chance))).toEqual([500, 750, 1000])
})
