/** What image prompts and merged LoRAs add to a U-Net's memory, and which variant of its graph it has then. */
import { expect, test, vi } from 'vitest'
import { unetWorkingBytes } from '../../../src/engine/networks/memory/working-memory.ts'
import { planNetworks } from '../../../src/engine/networks/plan/plan.ts'
import type { PlanTarget } from '../../../src/engine/networks/plan/unet-variant.ts'
import type { VariantName } from '../../../src/engine/onnx/graph-variants.ts'
import { memoryOf } from '../../../src/engine/onnx/memory/graph-memory.ts'
import type { WeightSource } from '../../../src/engine/weights/source.ts'
import { readDemoRecord } from '../../helpers/models/demo-record.ts'

const chosen = vi.hoisted((): VariantName[] => [])
vi.mock('../../../src/engine/networks/plan/unet-variant.ts', async original => {
  const actual = await original<typeof import('../../../src/engine/networks/plan/unet-variant.ts')>()
  const unetVariant: typeof actual.unetVariant = (...given) => {
    const built = actual.unetVariant(...given)
    chosen.push(built.variant)
    return built
  }
  return { ...actual, unetVariant }
})

/** Whatever a U-Net asks for, in float32, as merged LoRAs and many IP-Adapters are. */
const inFloat32: WeightSource = {
  place: 'nowhere',
  find(name, shape) {
    const length = 4 * shape.reduce((product, size) => product * size, 1)
    return { name, dtype: 'F32', shape, file: '/nowhere/f32.safetensors', offset: 0, length }
  },
}

test('a fast variant that image prompts leave no room for gives way to a leaner one, and is back without them', async () => {
  const { networks } = (await readDemoRecord()).parts
  const anySize: PlanTarget = { memoryBytes: Number.POSITIVE_INFINITY, maxPixels: 64 ** 2 }
  const { unet } = await planNetworks(networks, anySize)
  const without = memoryOf(unet.buildWith([])).openingBytes
  const withPrompt = memoryOf(unet.buildWith([inFloat32])).openingBytes
  expect(withPrompt).toBeGreaterThan(without)
  const scarce = await planNetworks(networks, { ...anySize, memoryBytes: (without + withPrompt) / 2 })
  chosen.length = 0
  scarce.unet.buildWith([inFloat32])
  scarce.unet.buildWith([])
  scarce.unet.buildWith([], scarce.unet.weights)
  expect(chosen).toEqual(['portable float32', 'cpu float32', 'cpu float32'])
})

test('the merged weights of LoRAs need no more than those before, whatever type they were stored in, so the shallow graph over them may keep the variant', async () => {
  const { networks } = (await readDemoRecord()).parts
  const leanest: PlanTarget = {}
  const fastest: PlanTarget = { memoryBytes: Number.POSITIVE_INFINITY, maxPixels: 64 ** 2 }
  for (const target of [leanest, fastest]) {
    const { unet } = await planNetworks(networks, target)
    expect([...(unet.weights?.found.values() ?? [])].some(({ dtype }) => dtype === 'F16')).toBe(true)
    chosen.length = 0
    const merged = unet.buildWith([], inFloat32)
    expect(chosen).toEqual([target === fastest ? 'cpu float32' : 'portable float32'])
    expect(memoryOf(merged)).toEqual(memoryOf(unet.graph))
    expect(memoryOf(unet.buildShallow(inFloat32))).toEqual(memoryOf(unet.buildShallow()))
  }
  // Where the own weights just fit in the fast variant, merged ones do, too.
  const { unet } = await planNetworks(networks, fastest)
  const side = 8
  const working = unetWorkingBytes(unet.config, { batch: 2, heightLatent: side, widthLatent: side })
  const { openingBytes, weightBytes } = memoryOf(unet.graph)
  const least = Math.max(openingBytes, weightBytes + working)
  for (const [memoryBytes, variant] of [
    [least, 'cpu float32'],
    [least - 1, 'portable float32'],
  ] as const) {
    const planned = await planNetworks(networks, { ...fastest, memoryBytes })
    chosen.length = 0
    planned.unet.buildWith([])
    planned.unet.buildWith([], inFloat32)
    expect(chosen).toEqual([variant, variant])
  }
})
