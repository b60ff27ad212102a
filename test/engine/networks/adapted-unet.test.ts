/** Which variant of its graph a U-Net has with image prompts, where the memory is scarce. */
import { expect, test, vi } from 'vitest'
import { planNetworks } from '../../../src/engine/networks/plan/plan.ts'
import type { PlanTarget } from '../../../src/engine/networks/plan/unet-variant.ts'
import type { VariantName } from '../../../src/engine/onnx/kernels.ts'
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

/** The matrices of an IP-Adapter, whatever the U-Net asks for. */
const adapter: WeightSource = {
  place: 'nowhere',
  find(name, shape) {
    const length = 4 * shape.reduce((product, size) => product * size, 1)
    return { name, dtype: 'F32', shape, file: '/nowhere/adapter.safetensors', offset: 0, length }
  },
}

test('a fast variant that image prompts leave no room for gives way to a leaner one, and is back without them', async () => {
  const { networks } = (await readDemoRecord()).parts
  const anySize: PlanTarget = { memoryBytes: Number.POSITIVE_INFINITY, maxPixels: 64 ** 2 }
  const { unet } = await planNetworks(networks, anySize)
  const without = memoryOf(unet.buildWith([])).openingBytes
  const withPrompt = memoryOf(unet.buildWith([adapter])).openingBytes
  expect(withPrompt).toBeGreaterThan(without)
  const scarce = await planNetworks(networks, { ...anySize, memoryBytes: (without + withPrompt) / 2 })
  chosen.length = 0
  scarce.unet.buildWith([adapter])
  scarce.unet.buildWith([])
  scarce.unet.buildWith([], scarce.unet.weights)
  expect(chosen).toEqual(['portable float32', 'cpu float32', 'cpu float32'])
})
