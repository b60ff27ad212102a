/** Promises of the preview: a linear VAE's matrix is found exactly, and the map shows it. */
import { describe, expect, test } from 'vitest'
import type { Vae } from '../../../../src/engine/networks/networks.ts'
import {
  fitPreviewMatrix,
  latentsToRgb,
  previewMatrixOf,
  sdxlPreviewMatrix,
} from '../../../../src/engine/pipeline/latents/preview.ts'

const truth = {
  weights: [
    [0.3, -0.1, 0.2],
    [0.05, 0.4, -0.2],
    [-0.3, 0.1, 0.1],
    [0.2, 0.2, -0.25],
  ],
  bias: [0.1, -0.2, 0.05],
} as const

/** Decodes by the matrix above, each latent to 8 × 8 equal pixels. */
const linearVae = (scalingFactor: number, sampleSize = 128): Vae => ({
  scaling: { factor: scalingFactor },
  sampleSize,
  factor: 8,
  async decode(latents, _batch, h, w) {
    const pixels = new Float32Array(3 * 64 * h * w)
    for (let at = 0; at < pixels.length; at++) {
      const c = Math.trunc(at / (64 * h * w))
      const y = Math.trunc((at % (64 * h * w)) / (8 * w))
      const latent = Math.trunc(y / 8) * w + Math.trunc((at % (8 * w)) / 8)
      let value: number = truth.bias[c] ?? 0
      for (const [k, row] of truth.weights.entries()) {
        value += (row[c] ?? 0) * (latents[k * h * w + latent] ?? 0) * scalingFactor
      }
      pixels[at] = value
    }
    return pixels
  },
  encode: () => Promise.reject(new Error('not asked for')),
})

describe('the preview matrix', () => {
  test('of a linear VAE is found to rounding', async () => {
    const fitted = await fitPreviewMatrix(linearVae(0.45))
    for (const [i, row] of truth.weights.entries()) {
      for (const [c, value] of row.entries()) expect(fitted.weights[i]?.[c]).toBeCloseTo(value, 5)
    }
    for (const [c, value] of truth.bias.entries()) expect(fitted.bias[c]).toBeCloseTo(value, 5)
  })

  test("of SDXL's own VAE is the published one, any other is fitted", async () => {
    expect(await previewMatrixOf(linearVae(0.13025, 1024))).toBe(sdxlPreviewMatrix)
    expect(await previewMatrixOf(linearVae(0.13025, 128))).not.toBe(sdxlPreviewMatrix)
  })

  test('maps -1..1 to 0..255 and clamps', () => {
    const matrix = {
      weights: [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
        [0, 0, 0],
      ],
      bias: [0, 0, 0],
    } as const
    const clean = Float32Array.from([-1, 5, 0, -5, 1, 0, 0, 0])
    expect([...latentsToRgb(matrix, clean, 1, 2)]).toEqual([0, 128, 255, 255, 0, 128])
  })
})
