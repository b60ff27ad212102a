/** FeedForward in square blocks gives what it gives in one piece, and is in blocks where the weights can be cut. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { feedForward } from '../../../../src/engine/modules/layers/feed-forward.ts'
import { symbol } from '../../../../src/engine/onnx/dim.ts'
import { newGraph } from '../../../../src/engine/onnx/graph-variants.ts'
import type { OnnxModel } from '../../../../src/engine/onnx/model.ts'
import { Session } from '../../../../src/engine/onnx/session.ts'
import { cpu } from '../../../../src/engine/onnx/variants/cpu.ts'
import { portable } from '../../../../src/engine/onnx/variants/portable.ts'
import type { Variant } from '../../../../src/engine/onnx/variants/variant.ts'
import type { DType } from '../../../../src/engine/weights/dtype.ts'
import { numberToHalf } from '../../../../src/engine/weights/number-types.ts'
import { readSafetensors, type StoredTensor } from '../../../../src/engine/weights/safetensors.ts'
import { weightsOf } from '../../../../src/engine/weights/source.ts'
import { maxAbsoluteError } from '../../../../tools/oracle/case.ts'
import { floats, writeSafetensors } from '../../../helpers/models/safetensors.ts'
import { decodeModel } from '../../../helpers/onnx/decode-model.ts'
import { type SeededRandom, seededRandom } from '../../../helpers/random/seeded-random.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const whole = portable('float32')
const inBlocks = cpu({ least: 4, maxInTilesOf: { 4: 8, 2: 8 }, maxInPieces: 6 })
type Tensors = ReadonlyMap<string, StoredTensor>

test.each(['F32', 'F16', 'BF16'] as const)(
  'The sum over blocks has the same values: weights in %s',
  async dtype => {
    const random = seededRandom(`FeedForward ${dtype}`)
    for (let round = 0; round < 8; round++) {
      const width = 4 + random.below(9)
      const tensors = await randomTensors(random, width, dtype)
      const shape = [1 + random.below(3), 1 + random.below(6), width]
      const x = Float32Array.from(
        numbers(
          random,
          shape.reduce((a, b) => a * b),
        ),
      )
      const [expected, ours] = [await call(whole, tensors, x, shape), await call(inBlocks, tensors, x, shape)]
      expect(ours).toHaveLength(expected.length)
      expect(maxAbsoluteError(ours, expected), `${shape}`).toBeLessThan(1e-5)
    }
  },
)

test.each([1, 1023, 1024, 1025, 2500, 4096, 4097, 9000])(
  'In pieces of %i tokens it has the same values',
  async tokens => {
    const random = seededRandom(`FeedForward of ${tokens} tokens`)
    const tensors = await randomTensors(random, 4, 'F32')
    const shape = [2, tokens, 4]
    const x = Float32Array.from(numbers(random, 8 * tokens))
    const [expected, ours] = [await call(whole, tensors, x, shape), await call(inBlocks, tensors, x, shape)]
    expect(ours).toHaveLength(expected.length)
    expect(maxAbsoluteError(ours, expected)).toBeLessThan(1e-5)
  },
)

const inner = 'net.0.proj.weight'
const outer = 'net.2.weight'

test.each([
  ['as wide as the widest in pieces', 6, unchanged, 4 * 12],
  ['wider', 7, unchanged, 12],
  ['narrower than the least', 3, unchanged, 2],
  ['stored transposed', 7, turned(inner), 2],
  ['the last one stored transposed', 7, turned(outer), 2],
  ['of which the last one is float8', 7, changed(outer, tensor => ({ ...tensor, dtype: 'F8_E4M3' })), 2],
  ['of which the first one is float8', 7, changed(inner, tensor => ({ ...tensor, dtype: 'F8_E4M3' })), 12],
  ['scaled', 7, changed(inner, tensor => ({ ...tensor, scale: tensor })), 2],
] as const)('Matrices %s: %i channels', async (_, width, change, products) => {
  const tensors = await randomTensors(seededRandom('FeedForward'), width, 'F32')
  const { nodes } = decodeModel(graphOf(inBlocks, change(tensors), width))
  expect(nodes.filter(({ op }) => op === 'FusedMatMul')).toHaveLength(products)
})

test('The blocks count as much memory as the matrix, and their pieces while they are cut', async () => {
  const tensors = await randomTensors(seededRandom('FeedForward'), 4, 'F16')
  const [one, cut] = [graphOf(whole, tensors, 4), graphOf(inBlocks, tensors, 4)]
  expect(cut.weightBytes).toBe(one.weightBytes)
  expect([one.cutBytes, cut.cutBytes]).toEqual([0, 2 * 4 * 16])
})

async function randomTensors(random: SeededRandom, width: number, dtype: DType): Promise<Tensors> {
  const shapes = {
    [inner]: [8 * width, width],
    'net.0.proj.bias': [8 * width],
    [outer]: [width, 4 * width],
    'net.2.bias': [width],
  }
  const file = join(tempFolder(), 'w.safetensors')
  const written = Object.entries(shapes).map(([name, shape]) => {
    const values = numbers(
      random,
      shape.reduce((a, b) => a * b),
    ).map(value => value / 2)
    return [name, { dtype, shape, bytes: bytesOf(values, dtype) }] as const
  })
  writeSafetensors(file, Object.fromEntries(written))
  return readSafetensors(file)
}

function bytesOf(values: readonly number[], dtype: DType): Uint8Array {
  if (dtype === 'F32') return floats(...values)
  const upperHalf = (value: number) => new DataView(Float32Array.of(value).buffer).getUint32(0, true) >>> 16
  const bits = values.map(value => (dtype === 'F16' ? numberToHalf(value) : upperHalf(value)))
  return new Uint8Array(Uint16Array.from(bits).buffer)
}

function numbers({ next }: SeededRandom, count: number): number[] {
  return Array.from({ length: count }, () => 2 * next() - 1)
}

function changed(name: string, change: (tensor: StoredTensor) => StoredTensor) {
  return (tensors: Tensors): Tensors =>
    new Map([...tensors].map(([key, tensor]) => [key, key === name ? change(tensor) : tensor]))
}

function unchanged(tensors: Tensors): Tensors {
  return tensors
}

function turned(name: string) {
  return changed(name, tensor => ({ ...tensor, isTransposed: true }))
}

function graphOf(variant: Variant, tensors: Tensors, width: number): OnnxModel {
  const g = newGraph('test', { variant })
  const x = g.input('x', 'F32', [symbol('batch'), symbol('tokens'), width])
  const weights = weightsOf({ place: 'test', find: name => tensors.get(name) })
  g.output('y', feedForward(g, weights, x))
  return g.build()
}

async function call(variant: Variant, tensors: Tensors, x: Float32Array, shape: readonly number[]) {
  const session = await Session.open('test', graphOf(variant, tensors, shape[2] ?? 0))
  const y = await session.run({ x: { data: x, shape } }, 'y')
  await session.close()
  return y
}
