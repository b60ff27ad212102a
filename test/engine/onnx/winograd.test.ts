/** Winograd's convolutions give what direct ones give, at every size, and are used where they pay. */
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { symbol } from '../../../src/engine/onnx/dim.ts'
import { newGraph, unetVariantsFor, type VariantName } from '../../../src/engine/onnx/graph-variants.ts'
import type { OnnxModel } from '../../../src/engine/onnx/model.ts'
import { Session } from '../../../src/engine/onnx/session.ts'
import { cpu } from '../../../src/engine/onnx/variants/cpu.ts'
import { portable } from '../../../src/engine/onnx/variants/portable.ts'
import type { Variant } from '../../../src/engine/onnx/variants/variant.ts'
import { type WinogradWidths, winograd } from '../../../src/engine/onnx/variants/winograd.ts'
import type { TileSide } from '../../../src/engine/weights/arrangements/winograd-transforms.ts'
import { readSafetensors, type StoredTensor } from '../../../src/engine/weights/safetensors.ts'
import { networkCases } from '../../../tools/gpu-check/cases.ts'
import { maxAbsoluteError } from '../../../tools/oracle/case.ts'
import { goldenFolder } from '../../helpers/models/golden-folder.ts'
import { writeSafetensors } from '../../helpers/models/safetensors.ts'
import { decodeModel } from '../../helpers/onnx/decode-model.ts'
import { type SeededRandom, seededRandom } from '../../helpers/random/seeded-random.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

const oracle = goldenFolder('oracle')
afterAll(() => oracle.close())

/** Every 3×3 convolution whose inputs are at most twice its outputs (2×2) or three times (4×4). */
const everyWidth = {
  2: winogradOf({ 2: Number.POSITIVE_INFINITY, 4: 0 }),
  4: winogradOf({ 2: 0, 4: Number.POSITIVE_INFINITY }),
}

function winogradOf(maxInTilesOf: WinogradWidths['maxInTilesOf']): Variant {
  return cpu({ least: 1, maxInTilesOf, maxInPieces: Number.POSITIVE_INFINITY })
}

/** The transforms of 4×4 pixels have larger factors, which lose more digits. */
test.each([
  [2, 1e-5],
  [4, 3e-5],
] as const)(
  'In tiles of %i×, pictures of random sizes and widths differ from the direct convolution’s by no more than rounding',
  async (side, limit) => {
    const random = seededRandom(`Winograd ${side}`)
    for (let round = 0; round < 20; round++) {
      const one = await randomConvolution(random, side)
      const [direct, ours] = [await convolve(portable('float32'), one), await convolve(everyWidth[side], one)]
      expect(ours, JSON.stringify(one.shape)).toHaveLength(direct.length)
      expect(maxAbsoluteError(ours, direct), JSON.stringify(one.shape)).toBeLessThan(limit)
    }
  },
)

test.each([
  ['Base U-Net', 2],
  ['Base U-Net', 4],
  ['Refiner U-Net', 2],
  ['Refiner U-Net', 4],
] as const)('The network gives the reference’s numbers: %s, tiles of %i×', async (name, side) => {
  const { build, inputs, output, golden, limit } = (await networkCases[name]?.(oracle)) ?? missing(name)
  const graph = build({ variant: everyWidth[side] })
  expect(tileValuesOf(graph).filter(count => count === (side + 2) ** 2).length).toBeGreaterThan(20)
  const session = await Session.open(name, graph)
  const ours = await session.run(inputs, output)
  await session.close()
  expect(maxAbsoluteError(ours, golden)).toBeLessThanOrEqual(limit)
})

test.each([
  [320, 320, 36],
  [1920, 640, 36],
  [769, 769, 16],
] as const)(
  'At SDXL’s widths, %i → %i channels, it does so too, with %i products for a tile',
  async (channels, out, products) => {
    const one = await convolutionOf(seededRandom(`Winograd ${channels}`), [1, channels, 10, 7, out])
    expect(tileValuesOf(convolutionGraph('cpu float32', one))).toEqual([products])
    const [direct, ours] = [await convolve('portable float32', one), await convolve('cpu float32', one)]
    expect(maxAbsoluteError(ours, direct)).toBeLessThan(3e-5)
  },
)

describe('With tiles of 4×4 to 12 outputs and of 2×2 to 16, a convolution has tiles of', () => {
  const variant = winograd({ least: 8, maxInTilesOf: { 4: 12, 2: 16 } })
  test.each([
    ['none, with fewer inputs than the least', 7, 8, 3, 1, []],
    ['4×4, with the least inputs', 8, 8, 3, 1, [36]],
    ['4×4, with the most outputs', 8, 12, 3, 1, [36]],
    ['2×2, with more', 8, 13, 3, 1, [16]],
    ['2×2, with the most', 8, 16, 3, 1, [16]],
    ['none, with more', 8, 17, 3, 1, []],
    ['4×4, with three inputs for an output', 24, 8, 3, 1, [36]],
    ['none, with more than three', 25, 8, 3, 1, []],
    ['2×2, with two inputs for an output', 26, 13, 3, 1, [16]],
    ['none, with more than two', 27, 13, 3, 1, []],
    ['none, with stride 2', 8, 8, 3, 2, []],
    ['none, of single pixels', 8, 8, 1, 1, []],
  ] as const)('%s: %i → %i, %i×, stride %i', (_, channels, out, kernel, stride, expected) => {
    const g = newGraph('test', { variant })
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
    expect(tileValuesOf(graph)).toEqual(expected)
    expect(graph.weightBytes).toBe(4 * out * channels * (expected[0] ?? kernel ** 2))
    expect(graph.kernelBytes).toBe(4 * out * channels * kernel ** 2)
  })
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

/** Of at most 9 outputs and 9×9 pixels, with as many inputs as tiles of the side take. */
function randomConvolution({ below, ...random }: SeededRandom, side: TileSide): Promise<Convolution> {
  const [rows, out, height, width] = [1 + below(3), 1 + below(9), 1 + below(9), 1 + below(9)]
  const channels = 1 + below((side === 2 ? 2 : 3) * out)
  return convolutionOf({ below, ...random }, [rows, channels, height, width, out])
}

/** Kernels are so large that results are of about the size of the inputs. */
async function convolutionOf({ next }: SeededRandom, shape: readonly number[]): Promise<Convolution> {
  const [rows = 0, channels = 0, height = 0, width = 0, out = 0] = shape
  const numbers = (count: number, most = 1) =>
    Float32Array.from({ length: count }, () => most * (2 * next() - 1))
  const file = join(tempFolder(), 'w.safetensors')
  const kernels = numbers(out * channels * 9, Math.min(1, Math.sqrt(3 / (9 * channels))))
  const bytes = new Uint8Array(kernels.buffer)
  writeSafetensors(file, { w: { dtype: 'F32', shape: [out, channels, 3, 3], bytes } })
  return {
    shape,
    x: numbers(rows * channels * height * width),
    weight: (await readSafetensors(file)).get('w') ?? missing('w'),
    bias: [...numbers(out)],
  }
}

/** By the graph that serves every size. */
async function convolve(variant: Variant | VariantName, one: Convolution): Promise<Float32Array> {
  const [rows = 0, channels = 0, height = 0, width = 0] = one.shape
  const session = await Session.open('test', convolutionGraph(variant, one))
  const y = await session.run({ x: { data: one.x, shape: [rows, channels, height, width] } }, 'y')
  await session.close()
  return y
}

function convolutionGraph(
  variant: Variant | VariantName,
  { shape: [, channels = 0], weight, bias }: Convolution,
): OnnxModel {
  const g = newGraph('test', { variant })
  const picture = g.input('x', 'F32', [symbol('batch'), channels, symbol('height'), symbol('width')])
  g.output('y', g.conv(picture, weight, g.floats(bias), 1, [1, 1, 1, 1]))
  return g.build()
}

/** The products for a tile, of each convolution that has tiles: the kernels of its transform. */
function tileValuesOf(graph: OnnxModel): number[] {
  return decodeModel(graph).nodes.flatMap(({ attributes }) => {
    const [side = 0] = integersOf(attributes.get('kernel_shape'))
    const [stride = 0] = integersOf(attributes.get('strides'))
    return side > 3 && stride > 1 ? [side ** 2] : []
  })
}

/** What an attribute of several numbers has. */
function integersOf(attribute: number | string | readonly number[] | undefined): readonly number[] {
  return Array.isArray(attribute) ? attribute : []
}

function missing(name: string): never {
  throw new Error(`there is no ${name}`)
}
