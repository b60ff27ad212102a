import { describe, expect, test } from 'vitest'
import { type Guidance, guide, isGuidedAt } from '../../../../src/engine/pipeline/denoising/guidance.ts'

const plain: Guidance = { scale: 5, rescale: 0, interval: [0, 1] }
const guidedCalls = (guidance: Guidance, n: number) =>
  Array.from({ length: n }, (_, i) => i).filter(i => isGuidedAt(guidance, i, n))

describe('guidance', () => {
  test('is off at 1 and below', () => {
    expect(guidedCalls({ ...plain, scale: 1 }, 10)).toEqual([])
    expect(guidedCalls({ ...plain, scale: 0 }, 10)).toEqual([])
    expect(guidedCalls({ ...plain, scale: 1.01 }, 10)).toHaveLength(10)
  })

  test.each([
    [
      [0, 1],
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    ],
    [
      [0, 0.4],
      [0, 1, 2, 3],
    ],
    [
      [0.2, 0.5],
      [2, 3, 4],
    ],
    [[0.9, 1], [9]],
    [[0.5, 0.5], []],
  ] as const)('runs only in the interval %j', (interval, calls) => {
    expect(guidedCalls({ ...plain, interval }, 10)).toEqual(calls)
  })

  test('goes from the negative prediction beyond the positive one', () => {
    // One picture of two values: negatives 1 and 2, positives 2 and 0.
    expect([...guide(Float32Array.of(1, 2, 2, 0), 1, plain)]).toEqual([6, -8])
  })

  test('rescale brings the contrast of each picture back to its positive prediction', () => {
    const both = Float32Array.of(0, 1, 2, 3, 9, 9, 9, 5, 1, 2, 3, 4, 0, 8, 2, 1)
    const contrast = (values: Float32Array): number => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
    }
    const guided = guide(both, 2, { ...plain, rescale: 1 })
    for (const picture of [0, 1]) {
      const positive = both.slice(8 + 4 * picture, 12 + 4 * picture)
      expect(contrast(guided.slice(4 * picture, 4 * picture + 4))).toBeCloseTo(contrast(positive), 5)
    }
  })
})
