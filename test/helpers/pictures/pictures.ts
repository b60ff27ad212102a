/** Pictures for tests: reproducible, with structure in every direction. */
import type { Picture } from '../../../src/engine/image/picture.ts'

export function aPicture(widthPx = 64, heightPx = 48): Picture {
  const data = new Uint8Array(widthPx * heightPx * 3)
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const at = (y * widthPx + x) * 3
      data[at] = Math.round((x / widthPx) * 255)
      data[at + 1] = Math.round((y / heightPx) * 255)
      data[at + 2] = 128 + Math.round(100 * Math.sin((x + y) / 9))
    }
  }
  return { widthPx, heightPx, data }
}

export function aFlatPicture(widthPx: number, heightPx: number, rgb: [number, number, number]): Picture {
  return { widthPx, heightPx, data: new Uint8Array(widthPx * heightPx * 3).map((_, i) => rgb[i % 3] ?? 0) }
}

/** Incompressible, from a small linear congruential generator. */
export function aNoisyPicture(widthPx: number, heightPx: number): Picture {
  let state = 1
  const data = new Uint8Array(widthPx * heightPx * 3).map(() => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state >>> 24
  })
  return { widthPx, heightPx, data }
}

/** Largest absolute difference of two pictures of one size. */
export function greatestDifference(a: Picture, b: Picture): number {
  if (a.widthPx !== b.widthPx || a.heightPx !== b.heightPx) return Number.POSITIVE_INFINITY
  return a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - (b.data[i] ?? 0))), 0)
}

/** Peak signal-to-noise ratio in dB. */
export function psnr(a: Picture, b: Picture): number {
  const squares = a.data.reduce((sum, value, i) => sum + (value - (b.data[i] ?? 0)) ** 2, 0)
  return 10 * Math.log10((255 ** 2 * a.data.length) / squares)
}
