/** Promises of the shallow U-Net: over the same step's deep features it is the whole U-Net, to the last bit. */
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Networks, UNetInput } from '../../../src/engine/networks/networks.ts'
import { TorchRandom } from '../../../src/engine/pipeline/denoising/torch-random.ts'
import { openNetworksFolder } from '../../../tools/oracle/networks/open-models.ts'

const demo = fileURLToPath(new URL('../../../models/demo', import.meta.url))

describe.each([
  ['Base', 'base'],
  ['Refiner', 'refiner'],
])('the shallow U-Net of the %s', (_, folder) => {
  let networks: Networks
  beforeAll(async () => {
    networks = await openNetworksFolder(`${demo}/${folder}`, { threads: 1 })
  })
  afterAll(() => networks.close())

  /** Two rows, 16 × 24 latents. */
  function someInput(): UNetInput {
    const random = new TorchRandom(5)
    const { unet, textEncoder2 } = networks
    return {
      sample: random.randn(2 * 4 * 16 * 24),
      batch: 2,
      heightLatent: 16,
      widthLatent: 24,
      timestep: 301,
      context: random.randn(2 * 77 * unet.crossAttentionDim),
      tokens: 77,
      pooled: random.randn(2 * (textEncoder2.projectionSize ?? 0)),
      timeIds: new Float32Array(2 * unet.timeIdCount).fill(128),
    }
  }

  test('equals the whole one over its own deep features', async () => {
    const input = someInput()
    const { output, deep } = await networks.unet.predictDeep(input)
    expect(await networks.unet.predict(input)).toEqual(output)
    expect(await networks.unet.predictShallow(input, deep)).toEqual(output)
  })

  test('differs a little over those of a neighbouring step', async () => {
    const input = someInput()
    const { deep } = await networks.unet.predictDeep({ ...input, timestep: 351 })
    const shallow = await networks.unet.predictShallow(input, deep)
    const whole = await networks.unet.predict(input)
    const error = Math.max(...shallow.map((value, i) => Math.abs(value - (whole[i] ?? 0))))
    expect(error).toBeGreaterThan(0)
    expect(error).toBeLessThan(0.5)
  })
})
