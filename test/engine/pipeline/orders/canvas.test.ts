import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Picture } from '../../../../src/engine/image/picture.ts'
import {
  canvasSize,
  maskedCanvas,
  partAround,
  plainCanvas,
} from '../../../../src/engine/pipeline/orders/canvas.ts'
import { aFlatPicture, aNoisyPicture } from '../../../helpers/pictures/pictures.ts'

/** Black with a white rectangle. */
function maskWith(
  [widthPx, heightPx]: [number, number],
  [left, top, right, bottom]: [number, number, number, number],
): Picture {
  const data = new Uint8Array(3 * widthPx * heightPx)
  for (let y = top; y < bottom; y++) data.fill(255, 3 * (y * widthPx + left), 3 * (y * widthPx + right))
  return { widthPx, heightPx, data }
}

const source = aNoisyPicture(96, 64)
const size = { widthPx: 96, heightPx: 64 }
const white = (widthPx: number, heightPx: number) => aFlatPicture(widthPx, heightPx, [255, 255, 255])

describe('a canvas over the whole picture', () => {
  test('without a mask gives what was painted', () => {
    const canvas = plainCanvas(size, source)
    const painted = white(96, 64)
    expect(canvas.source).toBe(source)
    expect(canvas.finish(painted)).toBe(painted)
  })

  test('keeps what the mask keeps to the last bit', () => {
    const mask = maskWith([96, 64], [8, 8, 40, 40])
    const canvas = maskedCanvas(size, source, mask, { softEdgePx: 3 }, 8)
    const { data } = canvas.finish(white(96, 64))
    const differing = [...data.entries()].filter(([i, value]) => value !== source.data[i])
    expect(differing.length).toBeGreaterThan(1000)
    for (const [i] of differing) {
      const [x, y] = [Math.floor(i / 3) % 96, Math.floor(i / 3 / 96)]
      expect(x >= 8 && x < 40 && y >= 8 && y < 40).toBe(true)
    }
  })

  test('takes a mask of another size as lying over the same picture', () => {
    const small = maskedCanvas(size, source, maskWith([48, 16], [4, 2, 20, 10]), { softEdgePx: 0 }, 8)
    const painted = small.mask?.painted ?? new Float32Array()
    expect(painted[20 * 96 + 24]).toBe(1)
    expect(painted[50 * 96 + 24]).toBe(0)
    expect(painted[20 * 96 + 60]).toBe(0)
  })

  test('of an order from before inpainting pasted back stays as it was painted', () => {
    const canvas = maskedCanvas(size, source, maskWith([96, 64], [8, 8, 40, 40]), undefined, 8)
    const painted = white(96, 64)
    expect(canvas.finish(painted)).toBe(painted)
  })
})

describe('a canvas around the mask alone', () => {
  const inpainting = { softEdgePx: 0, onlyMasked: { paddingPx: 4, widthPx: 128, heightPx: 128 } }

  test('is the mask’s surroundings at full resolution, and the result has the source’s size', () => {
    const odd = aNoisyPicture(97, 61)
    const canvas = maskedCanvas(size, odd, maskWith([97, 61], [30, 20, 46, 28]), inpainting, 8)
    // 24×16 with padding: 3:2 at 128² pixels.
    expect(canvas).toMatchObject({ widthPx: 160, heightPx: 104 })
    const { widthPx, heightPx, data } = canvas.finish(white(160, 104))
    expect({ widthPx, heightPx }).toEqual({ widthPx: 97, heightPx: 61 })
    for (const [i, value] of data.entries()) {
      const [x, y] = [Math.floor(i / 3) % 97, Math.floor(i / 3 / 97)]
      const isPainted = x >= 30 && x < 46 && y >= 20 && y < 28
      expect(value).toBe(isPainted ? 255 : odd.data[i])
    }
  })

  test('shows of a control picture the part that lies on it', () => {
    const control = maskWith([97, 61], [30, 0, 46, 61])
    const canvas = maskedCanvas(
      size,
      aNoisyPicture(97, 61),
      maskWith([97, 61], [30, 20, 46, 28]),
      inpainting,
      8,
    )
    const shown = canvas.fitted(control)
    expect(shown).toMatchObject({ widthPx: 160, heightPx: 104 })
    // Padding of 4 of 24 pixels left and right is black.
    expect(shown.data[3 * (50 * 160 + 10)]).toBe(0)
    expect(shown.data[3 * (50 * 160 + 80)]).toBe(255)
  })
})

describe('a mask that keeps everything', () => {
  const around = { softEdgePx: 3, onlyMasked: { ...size, paddingPx: 8 } }

  test.each([
    ['black', [0, 0, 0]],
    ['dark grey', [127, 127, 127]],
    ['red', [255, 0, 0]],
  ] as const)('is refused when it is %s', (_, colour) => {
    const mask = aFlatPicture(48, 32, [...colour])
    for (const inpainting of [undefined, { softEdgePx: 3 }, around]) {
      expect(() => maskedCanvas(size, source, mask, inpainting, 8)).toThrow(
        expect.objectContaining({ code: 'mask-empty' }),
      )
    }
  })

  test('begins below half of white', () => {
    const mask = aFlatPicture(48, 32, [128, 128, 128])
    expect(maskedCanvas(size, source, mask, around, 8).mask?.painted).toContain(1)
  })
})

describe('the part around a mask', () => {
  const side = fc.integer({ min: 1, max: 300 })

  test('holds the mask, lies in the picture, and is at most four times as long as it is wide where the picture allows', () => {
    fc.assert(
      fc.property(side, side, side, side, fc.integer({ min: 0, max: 80 }), (w, h, a, b, padding) => {
        const picture = { widthPx: Math.max(w, 16), heightPx: Math.max(h, 16) }
        const leftPx = a % picture.widthPx
        const topPx = b % picture.heightPx
        const mask = { leftPx, topPx, widthPx: picture.widthPx - leftPx, heightPx: 1 }
        const part = partAround(mask, padding, picture)
        expect(part.leftPx).toBeGreaterThanOrEqual(0)
        expect(part.topPx).toBeGreaterThanOrEqual(0)
        expect(part.leftPx + part.widthPx).toBeLessThanOrEqual(picture.widthPx)
        expect(part.topPx + part.heightPx).toBeLessThanOrEqual(picture.heightPx)
        expect(part.leftPx).toBeLessThanOrEqual(mask.leftPx)
        expect(part.leftPx + part.widthPx).toBeGreaterThanOrEqual(mask.leftPx + mask.widthPx)
        expect(part.topPx).toBeLessThanOrEqual(mask.topPx)
        expect(part.topPx + part.heightPx).toBeGreaterThanOrEqual(mask.topPx + mask.heightPx)
        const wanted = Math.min(picture.heightPx, Math.ceil(part.widthPx / 4))
        expect(part.heightPx).toBeGreaterThanOrEqual(wanted)
      }),
    )
  })

  test('is painted at about the pixels that are asked for, in multiples of 8', () => {
    expect(canvasSize({ widthPx: 100, heightPx: 100 }, 1024 * 1024, 8)).toEqual({
      widthPx: 1024,
      heightPx: 1024,
    })
    expect(canvasSize({ widthPx: 4000, heightPx: 1000 }, 1024 * 1024, 8)).toEqual({
      widthPx: 2048,
      heightPx: 512,
    })
    expect(canvasSize({ widthPx: 3, heightPx: 3 }, 1, 8)).toEqual({ widthPx: 8, heightPx: 8 })
  })
})
