/** Winograd's convolutions give what direct ones give, at every size, and are used where they pay. */
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { symbol } from '../../../src/engine/onnx/dim.ts'
import { newGraph, unetVariantsFor } from '../../../src/engine/onnx/kernels.ts'
import type { OnnxModel } from '../../../src/engine/onnx/model.ts'
import { Session } from '../../../src/engine/onnx/session.ts'
import { cpu } from '../../../src/engine/onnx/variants/cpu.ts'
import { portable } from '../../../src/engine/onnx/variants/portable.ts'
import type { Variant } from '../../../src/engine/onnx/variants/variant.ts'
import { winograd } from '../../../src/engine/onnx/variants/winograd.ts'
import { readSafetensors, type StoredTensor } from '../../../src/engine/weights/safetensors.ts'
import { networkCases } from '../../../tools/gpu-check/cases.ts'
import { maxAbsoluteError } from '../../../tools/oracle/case.ts'
import { goldenFolder } from '../../helpers/models/golden-folder.ts'
import { floats, writeSafetensors } from '../../helpers/models/safetensors.ts'
import { decodeModel } from '../../helpers/onnx/decode-model.ts'
import { type SeededRandom, seededRandom } from '../../helpers/random/seeded-random.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

const oracle = goldenFolder('oracle')
afterAll(() => oracle.close())

/** Every 3×3 convolution whose inputs are at most twice its outputs. */
const everyWidth = cpu({ least: 1, most: Number.POSITIVE_INFINITY, mostInPieces: Number.POSITIVE_INFINITY })

test('Pictures of random sizes and widths differ from the direct convolution’s by no more than rounding', async () => {
  const random = seededRandom('Winograd')
  for (let round = 0; round < 20; round++) {
    const one = await randomConvolution(random)
    const [direct, ours] = [await convolve(portable('float32'), one), await convolve(everyWidth, one)]
    expect(ours, JSON.stringify(one.shape)).toHaveLength(direct.length)
    expect(maxAbsoluteError(ours, direct), JSON.stringify(one.shape)).toBeLessThan(1e-5)
  }
})

test.each(['Base U-Net', 'Refiner U-Net'])('The network gives the reference’s numbers: %s', async name => {
  const { build, inputs, output, golden, limit } = (await networkCases[name]?.(oracle)) ?? missing(name)
  const graph = build({ variant: everyWidth })
  expect(transformedConvolutions(graph)).toBeGreaterThan(20)
  const session = await Session.open(name, graph)
  const ours = await session.run(inputs, output)
  await session.close()
  expect(maxAbsoluteError(ours, golden)).toBeLessThanOrEqual(limit)
})

describe('A convolution is direct', () => {
  const [least, most] = [8, 16]
  test.each([
    ['with fewer inputs than the least', 7, 8, 3, 1, false],
    ['with the least inputs and the most outputs', 8, 16, 3, 1, true],
    ['with more outputs than the most', 8, 17, 3, 1, false],
    ['with more than two inputs for an output', 17, 8, 3, 1, false],
    ['with two inputs for an output', 16, 8, 3, 1, true],
    ['with stride 2', 8, 8, 3, 2, false],
    ['of single pixels', 8, 8, 1, 1, false],
  ] as const)(
    '%s: %i → %i, %i×, stride %i: transformed is %s',
    (_, channels, out, kernel, stride, isTransformed) => {
      const g = newGraph('test', { variant: winograd({ least, most }) })
      const x = g.input('x', 'F32', [symbol('batch'), channels, symbol('height'), symbol('width')])
      const weight: StoredTensor = {
        name: 'weight',
        dtype: 'F16',
        shape: [out, channels, kernel, kernel],
        file: '/nowhere/weights.safetensors',
        offset: 0,
        length: 2 * out * channels * kernel ** 2,
      }
      const bias = g.floats(Array<number>(out).fill(0))
      g.output('y', g.conv(x, weight, bias, stride, kernel === 3 ? [1, 1, 1, 1] : [0, 0, 0, 0]))
      const graph = g.build()
      expect(transformedConvolutions(graph) > 0).toBe(isTransformed)
      expect(graph.weightBytes).toBe(4 * out * channels * (isTransformed ? 16 : kernel ** 2))
      expect(graph.kernelBytes).toBe(4 * out * channels * kernel ** 2)
    },
  )
})

test.each([
  [{}, ['cpu float32', 'portable float32']],
  [{ device: 'cpu:1', precision: 'float32' }, ['cpu float32', 'portable float32']],
  [{ device: 'cpu', precision: 'float16' }, ['portable float16']],
  [{ device: 'webgpu', precision: 'float32' }, ['portable float32']],
  [{ device: 'cuda:0', precision: 'float32' }, ['cuda float32']],
  [{ device: 'cuda:0', precision: 'float16' }, ['cuda float16']],
] as const)('U-Nets on %j have the variants %s', (target, variants) => {
  expect(unetVariantsFor(target)).toEqual(variants)
})

interface Convolution {
  /** Rows, inputs, height, width, outputs. */
  readonly shape: readonly number[]
  readonly x: Float32Array
  readonly weight: StoredTensor
  readonly bias: number[]
}

async function randomConvolution({ below, next }: SeededRandom): Promise<Convolution> {
  const [rows, out, height, width] = [1 + below(3), 1 + below(9), 1 + below(9), 1 + below(9)]
  const channels = 1 + below(2 * out)
  const numbers = (count: number) => Array.from({ length: count }, () => 2 * next() - 1)
  const file = join(tempFolder(), 'w.safetensors')
  const shape = [out, channels, 3, 3]
  writeSafetensors(file, { w: { dtype: 'F32', shape, bytes: floats(...numbers(out * channels * 9)) } })
  return {
    shape: [rows, channels, height, width, out],
    x: Float32Array.from(numbers(rows * channels * height * width)),
    weight: (await readSafetensors(file)).get('w') ?? missing('w'),
    bias: numbers(out),
  }
}

/** By the graph that serves every size. */
async function convolve(variant: Variant, { shape, x, weight, bias }: Convolution): Promise<Float32Array> {
  const g = newGraph('test', { variant })
  const [rows = 0, channels = 0, height = 0, width = 0] = shape
  const picture = g.input('x', 'F32', [symbol('batch'), channels, symbol('height'), symbol('width')])
  g.output('y', g.conv(picture, weight, g.floats(bias), 1, [1, 1, 1, 1]))
  const session = await Session.open('test', g.build())
  const y = await session.run({ x: { data: x, shape: [rows, channels, height, width] } }, 'y')
  await session.close()
  return y
}

/** Each sums over channels, the first axis of its tiles. */
function transformedConvolutions(graph: OnnxModel): number {
  return decodeModel(graph).nodes.filter(({ attributes }) => attributes.get('transBatchB') === 1).length
}

function missing(name: string): never {
  throw new Error(`there is no ${name}`)
}
