import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { decodePicture, decodeStoredPicture } from '../../../src/engine/image/decode.ts'
import type { Picture } from '../../../src/engine/image/picture.ts'
import { encodePreview } from '../../../src/engine/image/preview.ts'
import { bicubic, lanczos } from '../../../src/engine/image/resampling-filter.ts'
import { centreSquare, fitPicture, resizePart, stretchPicture } from '../../../src/engine/image/resize.ts'
import { lanczosUpscaler } from '../../../src/engine/image/upscale.ts'
import {
  aFlatPicture,
  aNoisyPicture,
  aPicture,
  greatestDifference,
  psnr,
} from '../../helpers/pictures/pictures.ts'

describe('fitting', () => {
  test('a picture of the right size is the same object', () => {
    const picture = aPicture()
    expect(fitPicture(picture, 64, 48)).toBe(picture)
  })

  test.each([
    [128, 96],
    [32, 24],
    [7, 5],
    [100, 300],
  ])('a flat colour stays flat to the edges: %i×%i', (widthPx, heightPx) => {
    const fitted = fitPicture(aFlatPicture(64, 48, [10, 200, 77]), widthPx, heightPx)
    expect(greatestDifference(fitted, aFlatPicture(widthPx, heightPx, [10, 200, 77]))).toBe(0)
  })

  test('nothing is shifted: a mirrored picture fits to the mirrored result', () => {
    const mirrored = ({ widthPx, heightPx, data }: Picture): Picture => ({
      widthPx,
      heightPx,
      data: data.map((_, i) => {
        const pixel = Math.floor(i / 3)
        const x = pixel % widthPx
        return data[(pixel - x + (widthPx - 1 - x)) * 3 + (i % 3)] ?? 0
      }),
    })
    const picture = aNoisyPicture(40, 30)
    for (const [w, h] of [
      [61, 47],
      [20, 15],
      [16, 40],
    ] as const) {
      const difference = greatestDifference(
        fitPicture(mirrored(picture), w, h),
        mirrored(fitPicture(picture, w, h)),
      )
      expect(difference).toBeLessThanOrEqual(1) // sums in the other order
    }
  })

  test('the excess is cropped equally on both sides', () => {
    const stripes = aPicture(96, 32)
    const thirds = stripes.data.map((_, i) =>
      Math.floor(i / 3) % 96 < 32 ? 0 : Math.floor(i / 3) % 96 < 64 ? 120 : 255,
    )
    const fitted = fitPicture({ ...stripes, data: thirds }, 32, 32)
    const inner = [...fitted.data].filter((_, i) => Math.floor(i / 3) % 32 > 2 && Math.floor(i / 3) % 32 < 29)
    expect(new Set(inner)).toEqual(new Set([120]))
  })

  test('a part at its own size is cut out as it is, and the whole can be stretched', () => {
    const picture = aNoisyPicture(40, 30)
    const cut = resizePart(picture, { leftPx: 4, topPx: 6, widthPx: 10, heightPx: 8 }, 10, 8)
    const row = (y: number) => picture.data.subarray(((6 + y) * 40 + 4) * 3, ((6 + y) * 40 + 14) * 3)
    expect([...cut.data]).toEqual(Array.from({ length: 8 }, (_, y) => [...row(y)]).flat())
    const flat = aFlatPicture(40, 30, [9, 8, 7])
    expect(greatestDifference(stretchPicture(flat, 16, 48), aFlatPicture(16, 48, [9, 8, 7]))).toBe(0)
  })

  test('extreme strips cost no more than their result', () => {
    const fitted = fitPicture(aFlatPicture(8192, 16, [1, 2, 3]), 512, 512)
    expect(greatestDifference(fitted, aFlatPicture(512, 512, [1, 2, 3]))).toBe(0)
  })
})

/**
 * Resized by Pillow 13: with its LANCZOS filter, which the reference takes for sources of another size, and with BICUBIC,
 * which CLIP's image encoder is given.
 */
describe.each([
  ['pillow', lanczos, 10],
  ['pillow-bicubic', bicubic, 2],
] as const)('Pillow’s results are met: %s', (subfolder, filter, count) => {
  const folder = new URL('../../golden/', import.meta.url)
  const names = readdirSync(new URL(`${subfolder}/`, folder)).filter(name => name.endsWith('.png'))

  test('there are enlarged and reduced pictures to compare with', () => {
    expect(names.length).toBeGreaterThanOrEqual(count)
  })

  test.each(names)('%s', async name => {
    const source = name.startsWith('noise') ? aNoisyPicture(40, 30) : await readPicture('demo/0-refined.png')
    const golden = await readPicture(`${subfolder}/${name}`)
    const ours = fitPicture(source, golden.widthPx, golden.heightPx, filter)
    expect(greatestDifference(ours, golden)).toBeLessThanOrEqual(1)
  })

  async function readPicture(path: string): Promise<Picture> {
    return decodeStoredPicture(readFileSync(new URL(path, folder)))
  }
})

describe('an image encoder’s square is the reference’s', () => {
  const folder = new URL('../../golden/clip-square/', import.meta.url)
  const names = readdirSync(folder).filter(name => name.includes('@'))

  test('there are wide, tall and small pictures to compare with', () => {
    expect(names.length).toBeGreaterThanOrEqual(10)
  })

  test.each(names)('%s', async name => {
    const [source = '', side] = name.split(/@|\.png/)
    const ours = centreSquare(await readPicture(`${source}.png`), Number(side), bicubic)
    expect(greatestDifference(ours, await readPicture(name))).toBe(0)
  })

  async function readPicture(name: string): Promise<Picture> {
    return decodeStoredPicture(readFileSync(new URL(name, folder)))
  }
})

describe('upscaling', () => {
  test.each([2, 4] as const)('×%i gives that many times the sides', async factor => {
    const big = await lanczosUpscaler.upscale(aPicture(20, 12), factor)
    expect(big).toMatchObject({ widthPx: 20 * factor, heightPx: 12 * factor })
    expect(big.data).toHaveLength(20 * 12 * 3 * factor ** 2)
  })

  test('brings the demo model’s pictures back better than 40 dB after halving', async () => {
    const folder = new URL('../../golden/demo/', import.meta.url)
    const names = readdirSync(folder).filter(name => name.endsWith('-refined.png'))
    const quality = await Promise.all(
      names.map(async name => {
        const outcome = await decodePicture(readFileSync(new URL(name, folder)))
        if (outcome.kind !== 'decoded') expect.fail(name)
        const half = halved(outcome.picture)
        return psnr(await lanczosUpscaler.upscale(half, 2), outcome.picture)
      }),
    )
    expect(quality.length).toBeGreaterThan(3)
    expect(quality.reduce((a, b) => a + b) / quality.length).toBeGreaterThan(40)
  })
})

/** Averages of 2×2. */
function halved({ widthPx, heightPx, data }: Picture): Picture {
  const width = widthPx / 2
  const at = (x: number, y: number, channel: number) => data[(y * widthPx + x) * 3 + channel] ?? 0
  const half = new Uint8Array((width * heightPx * 3) / 2).map((_, i) => {
    const channel = i % 3
    const x = (Math.floor(i / 3) % width) * 2
    const y = Math.floor(i / 3 / width) * 2
    return Math.round(
      (at(x, y, channel) + at(x + 1, y, channel) + at(x, y + 1, channel) + at(x + 1, y + 1, channel)) / 4,
    )
  })
  return { widthPx: width, heightPx: heightPx / 2, data: half }
}

describe('previews', () => {
  test.each([
    ['latent-sized noise', aNoisyPicture(128, 128)],
    ['large noise', aNoisyPicture(1024, 768)],
    ['a picture', aPicture(512, 512)],
    ['a tiny one', aPicture(16, 16)],
  ])('%s fits into 20,000 bytes', async (_, picture) => {
    const jpeg = await encodePreview(picture)
    expect(jpeg.length).toBeLessThanOrEqual(20_000)
    expect(await decodePicture(jpeg)).toMatchObject({
      kind: 'decoded',
      picture: { widthPx: Math.min(picture.widthPx, 256) },
    })
  })
})
