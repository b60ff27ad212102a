/**
 * Canny's edge detector (1986), white on black: Sobel gradients, non-maximum suppression, hysteresis. Equals OpenCV's Canny with
 * an aperture of 3 and L1 norms. In colour pictures the channel with the largest gradient counts.
 */
import type { Picture } from '../picture.ts'

/** The upper and the lower threshold of the hysteresis, as in ControlNet's published examples. */
const thresholds = { strong: 200, weak: 100 }

/** Per pixel; `size` is |dx| + |dy|. */
interface Gradients {
  readonly dx: Int32Array
  readonly dy: Int32Array
  readonly size: Int32Array
}

export function canny(picture: Picture): Picture {
  const { widthPx, heightPx } = picture
  const edges = connectEdges(
    suppressNonMaxima(steepestGradients(picture), widthPx, heightPx),
    widthPx,
    heightPx,
  )
  const data = new Uint8Array(3 * edges.length)
  for (const [i, isEdge] of edges.entries()) if (isEdge) data.fill(255, 3 * i, 3 * i + 3)
  return { widthPx, heightPx, data }
}

/** Sobel's 3×3 operator per channel. Border pixels are repeated outside of the picture. */
function steepestGradients({ data, widthPx, heightPx }: Picture): Gradients {
  const count = widthPx * heightPx
  const gradients = { dx: new Int32Array(count), dy: new Int32Array(count), size: new Int32Array(count) }
  for (let y = 0; y < heightPx; y++) {
    const [above, below] = [Math.max(y - 1, 0) * widthPx, Math.min(y + 1, heightPx - 1) * widthPx]
    const row = y * widthPx
    for (let x = 0; x < widthPx; x++) {
      const [left, right] = [Math.max(x - 1, 0), Math.min(x + 1, widthPx - 1)]
      for (let channel = 0; channel < 3; channel++) {
        const at = (from: number, column: number) => data[3 * (from + column) + channel] ?? 0
        const [topLeft, topRight] = [at(above, left), at(above, right)]
        const [bottomLeft, bottomRight] = [at(below, left), at(below, right)]
        const dx = topRight - topLeft + 2 * (at(row, right) - at(row, left)) + bottomRight - bottomLeft
        const dy = bottomLeft - topLeft + 2 * (at(below, x) - at(above, x)) + bottomRight - topRight
        const size = Math.abs(dx) + Math.abs(dy)
        if (channel > 0 && size <= (gradients.size[row + x] ?? 0)) continue
        gradients.dx[row + x] = dx
        gradients.dy[row + x] = dy
        gradients.size[row + x] = size
      }
    }
  }
  return gradients
}

/** tan 22.5°: below it a gradient counts as horizontal, above its inverse as vertical, between them as diagonal. */
const tan22 = Math.round(Math.SQRT2 * 2 ** 15 - 2 ** 15) / 2 ** 15

/** Non-maximum suppression: gradient sizes that no neighbour along the gradient exceeds; 0 elsewhere. */
function suppressNonMaxima({ dx, dy, size }: Gradients, widthPx: number, heightPx: number): Int32Array {
  const kept = new Int32Array(size.length)
  const at = (x: number, y: number) =>
    x < 0 || y < 0 || x >= widthPx || y >= heightPx ? 0 : (size[y * widthPx + x] ?? 0)
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const i = y * widthPx + x
      const own = size[i] ?? 0
      if (own <= thresholds.weak) continue
      const [gx = 0, gy = 0] = [dx[i], dy[i]]
      const [across, along] = [Math.abs(gx), Math.abs(gy)]
      const sign = gx * gy < 0 ? -1 : 1
      const isPeak =
        along < tan22 * across
          ? own > at(x - 1, y) && own >= at(x + 1, y)
          : along > (tan22 + 2) * across
            ? own > at(x, y - 1) && own >= at(x, y + 1)
            : own > at(x - sign, y - 1) && own > at(x + sign, y + 1)
      if (isPeak) kept[i] = own
    }
  }
  return kept
}

/** Hysteresis: strong pixels, and weak ones connected to them in any of eight directions. */
function connectEdges(sizes: Int32Array, widthPx: number, heightPx: number): boolean[] {
  const isEdge = Array.from(sizes, size => size > thresholds.strong)
  const open = isEdge.flatMap((edge, i) => (edge ? [i] : []))
  for (let i = open.pop(); i !== undefined; i = open.pop()) {
    const [x, y] = [i % widthPx, Math.floor(i / widthPx)]
    for (let row = Math.max(y - 1, 0); row <= Math.min(y + 1, heightPx - 1); row++) {
      for (let column = Math.max(x - 1, 0); column <= Math.min(x + 1, widthPx - 1); column++) {
        const next = row * widthPx + column
        if (isEdge[next] || sizes[next] === 0) continue
        isEdge[next] = true
        open.push(next)
      }
    }
  }
  return isEdge
}
