/** Promises of tiling that hold for any VAE: nothing is shifted or lost, and memory depends on the tile. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Vae } from '../../../../src/engine/networks/networks.ts'
import { decodeLatents } from '../../../../src/engine/pipeline/latents/latents.ts'
import { decodeTiled, defaultTile, encodeTiled } from '../../../../src/engine/pipeline/latents/vae-tiling.ts'

/** Every latent becomes 8×8 pixels of the value of its first channel, and back: tiles can change nothing. */
class BlockVae implements Vae {
  readonly factor = 8
  readonly scaling = { factor: 1 }
  readonly sampleSize: number
  largestLatents = 0
  constructor(sampleSize: number) {
    this.sampleSize = sampleSize
  }
  async decode(latents: Float32Array, batch: number, h: number, w: number): Promise<Float32Array> {
    this.largestLatents = Math.max(this.largestLatents, h * w)
    return Float32Array.from({ length: batch * 3 * 64 * h * w }, (_, at) => {
      const [y, x] = [Math.trunc(at / (8 * w)) % (8 * h), at % (8 * w)]
      const picture = Math.trunc(at / (3 * 64 * h * w))
      return latents[(picture * 4 * h + Math.trunc(y / 8)) * w + Math.trunc(x / 8)] ?? 0
    })
  }
  async encode(
    pixels: Float32Array,
    batch: number,
    heightPx: number,
    widthPx: number,
  ): Promise<Float32Array> {
    const [h, w] = [heightPx / 8, widthPx / 8]
    return Float32Array.from({ length: batch * 8 * h * w }, (_, at) => {
      const picture = Math.trunc(at / (8 * h * w))
      const [y, x] = [Math.trunc(at / w) % h, at % w]
      return pixels[(picture * 3 * heightPx + 8 * y) * widthPx + 8 * x] ?? 0
    })
  }
}

const numbers = (length: number) => Float32Array.from({ length }, (_, i) => Math.sin(i))

describe('tiling', () => {
  test('decodes and encodes any size, of any training size, as the whole does', async () => {
    const side = fc.integer({ min: 1, max: 40 })
    await fc.assert(
      fc.asyncProperty(side, side, fc.integer({ min: 1, max: 130 }), async (h, w, sampleSize) => {
        const vae = new BlockVae(sampleSize)
        const latents = numbers(4 * h * w)
        const pixels = await vae.decode(latents, 1, h, w)
        expect(greatestDistance(await decodeTiled(vae, latents, 1, h, w), pixels)).toBeLessThan(1e-6)
        const moments = await vae.encode(pixels, 1, 8 * h, 8 * w)
        expect(greatestDistance(await encodeTiled(vae, pixels, 1, 8 * h, 8 * w), moments)).toBeLessThan(1e-6)
      }),
      { numRuns: 40 },
    )
  })

  test("has the training size's tile where that divides evenly, as the reference has", () => {
    expect(defaultTile(new BlockVae(1024))).toEqual({ sidePx: 1024, sideLatent: 128 })
    expect(defaultTile(new BlockVae(128))).toEqual({ sidePx: 128, sideLatent: 16 })
  })

  test.each([
    [1024, 128, 256, 128 * 256],
    [1024, 192, 192, 128 * 128],
    [512, 192, 192, 64 * 64],
  ])('for %i px: of %i×%i latents it never decodes more than %i at once', async (sampleSize, h, w, most) => {
    expect(await largestOf(sampleSize, h, w)).toBe(most)
  })

  test.each([
    [512, 128, 128],
    [128, 128, 256],
    [32, 64, 64],
  ])(
    'for %i px: %i×%i latents, which fit a VAE of 1024 px, are decoded whole as in the reference',
    async (sampleSize, h, w) => {
      expect(await largestOf(sampleSize, h, w)).toBe(h * w)
    },
  )
})

/** The most latents that are decoded at once. */
async function largestOf(sampleSize: number, heightLatent: number, widthLatent: number): Promise<number> {
  const vae = new BlockVae(sampleSize)
  const latents = numbers(4 * heightLatent * widthLatent)
  await decodeLatents(vae, latents, { pictures: 1, heightLatent, widthLatent })
  return vae.largestLatents
}

/** The greatest distance between two lists of one length. */
function greatestDistance(a: Float32Array, b: Float32Array): number {
  expect(a).toHaveLength(b.length)
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0)
}
