/** Promises of matrices in 8-bit blocks: no value is off by more than half a step of its block. */
import { expect, test } from 'vitest'
import { blockSize, blocksOf, quantiseRows } from '../../../../src/engine/weights/quantised/quantise-rows.ts'
import { seededRandom } from '../../../helpers/random/seeded-random.ts'

/** As MatMulNBits reads them: scale · (integer - 128), with the scale of each value. */
function restored(values: ArrayLike<number>, rows: number, columns: number) {
  const { integers, scales } = quantiseRows(values, rows, columns)
  return Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns]
    const block = row * blocksOf(columns) + Math.floor(column / blockSize)
    const scale = scales[block] ?? Number.NaN
    return { scale, value: scale * ((integers[block * blockSize + (column % blockSize)] ?? 0) - 128) }
  })
}

test.each([1, blockSize - 1, blockSize, blockSize + 1, 3 * blockSize + 40])(
  'no value of a row of %i is off by more than half a step of its block',
  columns => {
    const random = seededRandom('blocks')
    const values = Float32Array.from(
      { length: 5 * columns },
      () => (random.next() - 0.5) * 10 ** (6 * random.next() - 5),
    )
    for (const [i, { value, scale }] of restored(values, 5, columns).entries()) {
      expect(Math.abs(value - (values[i] ?? 0))).toBeLessThanOrEqual(0.5001 * scale)
    }
  },
)

test('a row’s largest value does not disturb the other rows and blocks', () => {
  const values = new Float32Array(2 * 2 * blockSize).fill(0.001)
  values[0] = 1000
  const others = restored(values, 2, 2 * blockSize).slice(blockSize)
  for (const { value } of others) expect(value).toBeCloseTo(0.001, 8)
})

test('zeros, and values below the least scale of float32, stay zero', () => {
  const values = new Float32Array(2 * blockSize)
  values[blockSize] = 1e-45
  expect(restored(values, 1, 2 * blockSize).every(({ value }) => value === 0)).toBe(true)
})
