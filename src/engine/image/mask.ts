/** Masks: the pixels to repaint, and compositing the painted picture with the kept pixels. */
import type { Picture } from './picture.ts'
import type { Part } from './resize.ts'

export interface Mask {
  readonly widthPx: number
  readonly heightPx: number
  /** [heightPx, widthPx]: 1 is painted anew, 0 is kept. */
  readonly painted: Float32Array
}

/** White is painted anew, black is kept; half-way and above counts as white. */
export function maskOf({ data, widthPx, heightPx }: Picture): Mask {
  const painted = new Float32Array(widthPx * heightPx)
  for (let i = 0; i < painted.length; i++) {
    const [r = 0, g = 0, b = 0] = [data[3 * i], data[3 * i + 1], data[3 * i + 2]]
    // ITU-R BT.601
    painted[i] = (0.299 * r + 0.587 * g + 0.114 * b) / 255 >= 0.5 ? 1 : 0
  }
  return { widthPx, heightPx, painted }
}

/** The smallest part that holds all that is painted anew; undefined where nothing is. */
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
 * `painted` where the mask says so, `source` pixel for pixel elsewhere; all of one size. Along the edge the two are mixed
 * over `softEdgePx`, inside of what is painted, so that nothing that is kept changes.
 */
export function pasteBack(painted: Picture, source: Picture, mask: Mask, softEdgePx: number): Picture {
  const share = softEdgePx > 0 ? fadedInside(mask, softEdgePx) : mask.painted
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
 * From 0 at the mask's edge to 1 at `edgePx` inside of it. The mean of the mask in a square of that reach is a half at a
 * straight edge and 1 where the edge is further away; the upper half of that is the share.
 */
function fadedInside({ painted, widthPx, heightPx }: Mask, edgePx: number): Float32Array {
  const rows = boxMean(painted, widthPx, heightPx, edgePx, widthPx, 1)
  const means = boxMean(rows, heightPx, widthPx, edgePx, 1, widthPx)
  return painted.map((value, i) => (value === 1 ? Math.max(0, 2 * (means[i] ?? 0) - 1) : 0))
}

/**
 * Running means along one axis, the outermost value going on beyond the picture: what is painted at its border has no edge
 * there. `lines` lines of `length` values, `lineStride` and `valueStride` apart.
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
