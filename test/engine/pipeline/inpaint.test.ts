import { describe, expect, test } from 'vitest'
import type { Vae } from '../../../src/engine/networks/networks.ts'
import { generatorPerPicture } from '../../../src/engine/pipeline/denoising/noise-source.ts'
import { inpaint, latentMask } from '../../../src/engine/pipeline/inpaint.ts'
import { createSampler } from '../../../src/engine/sampling/create-sampler.ts'
import { sdxlSchedule } from '../../../src/engine/sampling/diffusers/scheduler-config.ts'
import { strengthSpan } from '../../../src/engine/sampling/noise/span.ts'
import { samplerKinds } from '../../../src/engine/sampling/sampler-registry.ts'

const shape = { pictures: 1, heightLatent: 4, widthLatent: 4 }
const vae: Vae = {
  scaling: { factor: 0.5 },
  sampleSize: 32,
  factor: 8,
  decode: async () => new Float32Array(),
  encode: async () => new Float32Array(),
}
const rows = {
  rows: 1,
  tokens: 1,
  context: new Float32Array(1),
  pooled: new Float32Array(1),
  timeIds: new Float32Array(6),
}
/** A source without doubt: its latents are 0.5 · 2 = 1 everywhere. */
const source = { mean: new Float32Array(64).fill(2), deviation: new Float32Array(64) }

describe.each(samplerKinds)('inpainting with $name', kind => {
  test.each([1, 0.7])('keeps exactly what the mask keeps (strength %d)', async strength => {
    const sampler = createSampler(kind, sdxlSchedule, 8)
    const mask = Float32Array.from({ length: 16 }, (_, i) => (i < 8 ? 0 : 1))
    const latents = await inpaint(
      {
        unet: {
          crossAttentionDim: 1,
          timeIdCount: 6,
          timeIdWidth: 256,
          inChannels: 4,
          crossAttentions: [],
          residualSpecs: [],
          predict: async ({ sample }) => sample.map(Math.tanh),
        },
        sampler,
        span: strengthSpan(sampler, 8, strength),
        shape,
        conditioningAt: () => ({ positive: rows }),
        guidance: { scale: 1, rescale: 0, interval: [0, 1] },
        noise: generatorPerPicture([1]),
      },
      vae,
      source,
      mask,
      strength,
      { signal: new AbortController().signal, onStep: async () => {} },
    )
    const isKept = (_: number, i: number): boolean => i % 16 < 8
    expect([...latents].filter(isKept)).toEqual(new Array(32).fill(1))
    expect([...latents].filter((_, i) => i % 16 >= 8).some(value => value !== 1)).toBe(true)
  })
})

describe('latentMask', () => {
  test('asks the upper left pixel of each latent, and halves are painted', () => {
    const luma = new Float32Array(32 * 32)
    luma[0] = 0.5
    luma[8] = 0.49
    luma[8 * 32 + 16] = 1
    luma[8 * 32 + 17] = 0
    luma[9] = 1
    const mask = latentMask(luma, 32, shape)
    expect([...mask].flatMap((value, i) => (value === 1 ? [i] : []))).toEqual([0, 6])
  })
})
