/** A U-Net over a mapped file, with every weight arranged as the fastest variant wants it, gives the reference’s numbers. */
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { unetConfigSchema } from '../../../src/engine/networks/configs/unet-config.ts'
import { cachedUNetVariant } from '../../../src/engine/networks/plan/unet-variant.ts'
import { buildUNet, unetNames } from '../../../src/engine/networks/unet.ts'
import type { OnnxModel } from '../../../src/engine/onnx/model.ts'
import { Session } from '../../../src/engine/onnx/session.ts'
import { cpu } from '../../../src/engine/onnx/variants/cpu.ts'
import { float32File } from '../../../src/engine/weights/cached/float32-file.ts'
import { ensureWritten } from '../../../src/engine/weights/cached/weight-file.ts'
import { readConfigFile } from '../../../src/engine/weights/config-file.ts'
import { openDiffusersFolder } from '../../../src/engine/weights/layouts/diffusers-folder.ts'
import { matchLora } from '../../../src/engine/weights/lora/match-lora.ts'
import { mergeInto } from '../../../src/engine/weights/lora/merge.ts'
import { moduleIndex } from '../../../src/engine/weights/lora/module-index.ts'
import { recorded } from '../../../src/engine/weights/recorded-source.ts'
import { readSafetensorsHeader } from '../../../src/engine/weights/safetensors.ts'
import type { WeightSource } from '../../../src/engine/weights/source.ts'
import { withTensors } from '../../../src/engine/weights/with-tensors.ts'
import { packageRoot } from '../../../src/system/paths.ts'
import { networkCases } from '../../../tools/gpu-check/cases.ts'
import { maxAbsoluteError } from '../../../tools/oracle/case.ts'
import { goldenFolder } from '../../helpers/models/golden-folder.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

const oracle = goldenFolder('oracle')
afterAll(() => oracle.close())

/** Tiles of both sides are in use. */
const variant = cpu({
  least: 1,
  maxInTilesOf: { 4: 32, 2: Number.POSITIVE_INFINITY },
  maxInPieces: Number.POSITIVE_INFINITY,
})

/** A U-Net of the golden numbers, and its mapped file. */
async function mapped(name: string, model: 'base' | 'refiner') {
  const folder = join(await oracle.model(model), 'unet')
  const config = await readConfigFile(join(folder, 'config.json'), unetConfigSchema)
  const source = recorded(await openDiffusersFolder(folder))
  const { inputs, output, golden, limit } = (await networkCases[name]?.(oracle)) ?? missing(name)
  const timeIds = inputs[unetNames.timeIds]?.shape[1] ?? 0
  const build = (weights: WeightSource) => buildUNet(config, weights, timeIds, { variant })
  const { arrangements } = build(source)
  const arranged = new Map(
    [...source.found].flatMap(([name, tensor]) => {
      const arrangement = arrangements.get(tensor)
      return arrangement ? [[name, arrangement] as const] : []
    }),
  )
  const weightFile = float32File(join(tempFolder(), 'w.safetensors'), 'a hash', source.found, arranged)
  await ensureWritten(weightFile)
  const weights = { ...withTensors(source, weightFile.tensors), found: source.found }
  const run = async (graph: OnnxModel) => {
    const session = await Session.open(name, graph, { prepack: false })
    const ours = await session.run(inputs, output)
    await session.close()
    return ours
  }
  return { source, weights, arranged, build, run, golden, limit }
}

test.each([
  ['Base U-Net', 'base'],
  ['Refiner U-Net', 'refiner'],
] as const)('%s', async (name, model) => {
  const { source, weights, arranged, build, run, golden, limit } = await mapped(name, model)
  const made = [...arranged.values()]
  expect(made.filter(one => one === 'winograd-kernels-2').length).toBeGreaterThan(5)
  expect(made.filter(one => one === 'winograd-kernels-4').length).toBeGreaterThan(5)
  expect(made.filter(one => one === 'square-blocks').length).toBeGreaterThan(3)
  const graph = build(weights)
  expect([graph.cutBytes, graph.weightBytes]).toEqual([0, build(source).weightBytes])
  expect(maxAbsoluteError(await run(graph), golden)).toBeLessThanOrEqual(limit)
})

test('A LoRA is merged as the file has the weights, so that nothing is arranged when the session opens', async () => {
  const { source, weights, arranged, build, run, golden, limit } = await mapped('Base U-Net', 'base')
  const tensors = { unet: source.found }
  const file = join(packageRoot, 'test', 'golden', 'oracle-2', 'lora', 'locon.safetensors')
  const { updates } = matchLora(file, await readSafetensorsHeader(file), tensors, moduleIndex(tensors))
  const changes = updates.filter(({ network }) => network === 'unet').map(update => ({ update, weight: 1 }))
  const kinds = new Set(changes.map(({ update }) => arranged.get(update.tensor)))
  expect(kinds).toContain('square-blocks')
  expect([...kinds].some(kind => kind?.startsWith('winograd-kernels'))).toBe(true)

  const merged = await mergeInto(join(tempFolder(), 'merged'), weights, changes)
  const graph = build(withTensors(weights, merged))
  expect(graph.cutBytes).toBe(0)
  const ours = await run(graph)
  const plain = await mergeInto(join(tempFolder(), 'plain'), source, changes)
  expect(maxAbsoluteError(ours, await run(build(withTensors(source, plain))))).toBeLessThanOrEqual(limit)
  expect(maxAbsoluteError(ours, golden)).toBeGreaterThan(limit)
})

test.each([
  ['mapped', {}, 'cpu float32'],
  ['mapped', { memoryBytes: 1e9 }, 'cpu float32'],
  ['mapped', { precision: 'float16' }, 'portable float16'],
  ['mapped', { device: 'cuda:0', precision: 'float16' }, 'cuda float16'],
  ['mapped', { device: 'webgpu' }, 'portable float32'],
  ['int8', {}, 'portable float32'],
  [undefined, {}, 'portable float32'],
] as const)('Weights kept as %s, on %j: %s', (form, target, expected) => {
  expect(cachedUNetVariant(form, target)).toBe(expected)
})

function missing(name: string): never {
  throw new Error(`there is no ${name}`)
}
