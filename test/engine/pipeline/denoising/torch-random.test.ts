import { describe, expect, test } from 'vitest'
import { TorchRandom } from '../../../../src/engine/pipeline/denoising/torch-random.ts'
import { rng } from '../../../../tools/oracle/sampling/rng.ts'
import { describeGolden } from '../../../golden-suite.ts'

await describeGolden(rng)

describe('TorchRandom', () => {
  test('counts only the low 32 bits of a seed', () => {
    const small = new TorchRandom(5).randn(40)
    expect(new TorchRandom(2 ** 32 + 5).randn(40)).toEqual(small)
    expect(new TorchRandom(2n ** 64n + 5n).randn(40)).toEqual(small)
    expect(new TorchRandom(6).randn(40)).not.toEqual(small)
  })

  test('keeps the second value of a small pair through a large draw', () => {
    const random = new TorchRandom(0)
    const [first] = random.randn(1)
    random.randn(64)
    const [second] = random.randn(1)
    expect([first, second]).toEqual([...new TorchRandom(0).randn(2)])
  })

  test('draws finite values of about unit variance', () => {
    const values = new TorchRandom(2024).randn(100_000)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
    expect(values.every(Number.isFinite)).toBe(true)
    expect(Math.abs(mean)).toBeLessThan(0.01)
    expect(Math.abs(variance - 1)).toBeLessThan(0.02)
  })
})
