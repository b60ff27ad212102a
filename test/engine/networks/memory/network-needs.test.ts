/** What SDXL at full size needs of a graphics card. */
import { describe, expect, test } from 'vitest'
import type { Precision } from '../../../../src/common/choices.ts'
import type { NetworkNeed } from '../../../../src/engine/networks/memory/working-memory.ts'
import { fullSizeNeeds } from '../../../helpers/models/full-size.ts'

const gib = 2 ** 30
const [base, refiner] = [fullSizeNeeds('base'), fullSizeNeeds('refiner')]
const [text1, text2, unet, decoder, encoder] = base
const refinerUNet = refiner[1]
if (!text1 || !text2 || !unet || !decoder || !encoder || !refinerUNet) throw new Error('a network is missing')

/** Weights and the working memory at 1024 px, in GiB. */
function amounts(need: NetworkNeed, precision: Precision, level: 0 | 1 | 2) {
  const { weightBytes, openingBytes, bytesPerPixel, maxPixels } = need.onCard[precision][level]
  expect(openingBytes).toBe(weightBytes)
  const gibs = (bytes: number) => Number((bytes / gib).toFixed(2))
  return {
    weights: gibs(weightBytes),
    at1024: gibs(bytesPerPixel * 1024 ** 2),
    ...(maxPixels && { maxPixels }),
  }
}

describe('On a card', () => {
  test('halves need half, but for a VAE that its config keeps in float32', () => {
    expect([text1, text2].map(need => amounts(need, 'float16', 0).weights)).toEqual([0.23, 1.29])
    expect(amounts(unet, 'float16', 0)).toEqual({ weights: 4.78, at1024: 0.98 })
    expect(amounts(unet, 'float32', 0)).toEqual({ weights: 9.56, at1024: 1.95 })
    expect(amounts(refinerUNet, 'float16', 0)).toEqual({ weights: 4.21, at1024: 1.17 })
    const vae = { weights: 0.18, at1024: 4, maxPixels: 2 * 1024 ** 2 }
    expect(amounts(decoder, 'float16', 0)).toEqual(vae)
    expect(amounts(decoder, 'float32', 0)).toEqual(vae)
  })

  test('a U-Net row by row needs the half of what was measured, tiles of a VAE one tile, and text encoders nothing', () => {
    expect(amounts(unet, 'float16', 1)).toEqual({ weights: 4.78, at1024: 0.98 })
    expect(amounts(unet, 'float16', 2)).toEqual({ weights: 4.78, at1024: 0.25 })
    for (const level of [1, 2] as const) expect(amounts(decoder, 'float16', level).maxPixels).toBe(1024 ** 2)
    expect(amounts(text2, 'float16', 1).weights).toBe(1.29)
    expect(amounts(text2, 'float16', 2)).toEqual({ weights: 0, at1024: 0 })
  })
})
