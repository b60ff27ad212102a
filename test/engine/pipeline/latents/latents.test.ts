import { describe, expect, test } from 'vitest'
import type { Vae } from '../../../../src/engine/networks/networks.ts'
import { generatorPerPicture } from '../../../../src/engine/pipeline/denoising/noise-source.ts'
import {
  decodeLatents,
  encodePixels,
  sampleLatents,
  unscaleLatents,
} from '../../../../src/engine/pipeline/latents/latents.ts'

function fakeVae(value: number): Vae {
  return {
    scaling: { factor: 0.5 },
    sampleSize: 1024,
    factor: 8,
    decode: async (_, __, h, w) => new Float32Array(3 * 64 * h * w).fill(value),
    encode: async (_, __, h, w) => new Float32Array((8 * h * w) / 64).fill(value),
  }
}

describe.each([Number.NaN, Number.POSITIVE_INFINITY])('a VAE that says %d', value => {
  test('gives no black picture but a fault', async () => {
    const shape = { pictures: 1, heightLatent: 2, widthLatent: 2 }
    await expect(decodeLatents(fakeVae(value), new Float32Array(16), shape)).rejects.toThrow(
      expect.objectContaining({ code: 'not-finite', details: { where: 'picture' } }),
    )
  })

  test('takes no source', async () => {
    await expect(encodePixels(fakeVae(value), new Float32Array(3 * 256), 16, 16)).rejects.toThrow(
      expect.objectContaining({ code: 'not-finite', details: { where: 'source' } }),
    )
  })
})

test('latents with a mean and a deviation per channel come back as they were', () => {
  const scaling = { factor: 0.5, mean: [-1, 2, 0.5, 3], deviation: [8, 4, 2, 1] }
  const z = Float32Array.from({ length: 16 }, (_, i) => Math.sin(i))
  const posterior = { mean: z, deviation: new Float32Array(16) }
  const latents = sampleLatents({ ...fakeVae(0), scaling }, posterior, generatorPerPicture([1]))
  expect(latents[0]).toBeCloseTo(((Math.sin(0) + 1) * 0.5) / 8, 6)
  for (const [i, value] of unscaleLatents(scaling, latents).entries()) expect(value).toBeCloseTo(z[i] ?? 0, 5)
})
