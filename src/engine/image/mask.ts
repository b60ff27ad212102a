/** Masks: the pixels to repaint, and compositing the painted picture with the kept pixels. */
import type { Picture } from './picture.ts'
import type { Part } from './resize.ts'

export interface Mask {
  readonly widthPx: number
  readonly heightPx: number
  /** [heightPx, widthPx]: 1 is repainted, 0 is kept. */
  readonly painted: Float32Array
}

/** White is repainted, black is kept. A luma of one half and more counts as white. */
export function maskOf({ data, widthPx, heightPx }: Picture): Mask {
  const painted = new Float32Array(widthPx * heightPx)
  for (let i = 0; i < painted.length; i++) {
    painted[i] = lumaAt(data, i) >= 128 ? 1 : 0
  }
  return { widthPx, heightPx, painted }
}

/** The luma of a pixel as Pillow rounds it to a byte (ITU-R BT.601). */
export function lumaAt(rgb: Uint8Array, pixel: number): number {
  const [r = 0, g = 0, b = 0] = [rgb[3 * pixel], rgb[3 * pixel + 1], rgb[3 * pixel + 2]]
  return (19595 * r + 38470 * g + 7471 * b + 0x8000) >> 16
}

/** The bounding box of the repainted pixels; undefined if there are none. */
export function paintedPart({ widthPx, heightPx, painted }: Mask): Part | undefined {
  let [left, top, right, bottom] = [widthPx, heightPx, -1, -1]
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      if (painted[y * widthPx + x] !== 1) continue
      left = Math.min(left, x)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = y
    }
  }
  if (right < 0) return undefined
  return { leftPx: left, topPx: top, widthPx: right + 1 - left, heightPx: bottom + 1 - top }
}

/**
 * `painted` inside the mask, and `source` outside of it, pixel for pixel. All have the same size. The two are blended over
 * `softEdgePx` along the mask's edge, inside the repainted part, so that no kept pixel changes.
 */
export function pasteBack(painted: Picture, source: Picture, mask: Mask, softEdgePx: number): Picture {
  const share = softEdgePx > 0 ? softShareOf(mask, softEdgePx) : mask.painted
  const data = Uint8Array.from(source.data)
  for (const [pixel, weight] of share.entries()) {
    if (weight === 0) continue
    for (let i = 3 * pixel; i < 3 * pixel + 3; i++) {
      const kept = data[i] ?? 0
      data[i] = Math.round(kept + weight * ((painted.data[i] ?? 0) - kept))
    }
  }
  return { ...source, data }
}

/**
 * Blending weights: 0 at the mask's edge, 1 at a distance of `edgePx` inside. The mean m of the mask over a square with that
 * radius is 1/2 at a straight edge and 1 beyond the radius, so the weight is 2m - 1.
 */
function softShareOf({ painted, widthPx, heightPx }: Mask, edgePx: number): Float32Array {
  const rows = boxMean(painted, widthPx, heightPx, edgePx, widthPx, 1)
  const means = boxMean(rows, heightPx, widthPx, edgePx, 1, widthPx)
  return painted.map((value, i) => (value === 1 ? Math.max(0, 2 * (means[i] ?? 0) - 1) : 0))
}

/**
 * Running means along one axis. Border values are repeated outside of the picture, so the picture's border is not an edge of
 * the mask. There are `lines` lines of `length` values, with the given strides.
 */
function boxMean(
  values: Float32Array,
  length: number,
  lines: number,
  reach: number,
  lineStride: number,
  valueStride: number,
): Float32Array {
  const means = new Float32Array(values.length)
  for (let line = 0; line < lines; line++) {
    const at = (i: number) =>
      values[line * lineStride + Math.min(Math.max(i, 0), length - 1) * valueStride] ?? 0
    let sum = 0
    for (let i = -reach; i <= reach; i++) sum += at(i)
    for (let i = 0; i < length; i++) {
      means[line * lineStride + i * valueStride] = sum / (2 * reach + 1)
      sum += at(i + reach + 1) - at(i - reach)
    }
  }
  return means
}
