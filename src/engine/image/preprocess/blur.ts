/** A Gaussian blur: shapes and colours without details. */
import type { Picture } from '../picture.ts'

/** The standard deviation of A1111's blur preprocessor, in pixels. */
const sigmaPx = 9
/** The radius. Weights beyond it are below the resolution of a byte. */
const reachPx = 3 * sigmaPx

export function blur(picture: Picture): Picture {
  const { widthPx, heightPx } = picture
  const rows = blurLines(picture.data, widthPx, heightPx, 3, 3 * widthPx)
  return { widthPx, heightPx, data: blurLines(rows, heightPx, widthPx, 3 * widthPx, 3) }
}

/** Blurs `lines` lines of `length` pixels. Border pixels are repeated outside of the picture. Strides are in bytes. */
function blurLines(
  data: Uint8Array,
  length: number,
  lines: number,
  pixelStride: number,
  lineStride: number,
): Uint8Array {
  const weights = gaussianWeights()
  const blurred = new Uint8Array(data.length)
  for (let line = 0; line < lines; line++) {
    for (let pixel = 0; pixel < length; pixel++) {
      const sums: [number, number, number] = [0, 0, 0]
      for (let k = -reachPx; k <= reachPx; k++) {
        const from = line * lineStride + Math.min(Math.max(pixel + k, 0), length - 1) * pixelStride
        const weight = weights[k + reachPx] ?? 0
        sums[0] += weight * (data[from] ?? 0)
        sums[1] += weight * (data[from + 1] ?? 0)
        sums[2] += weight * (data[from + 2] ?? 0)
      }
      blurred.set(sums.map(Math.round), line * lineStride + pixel * pixelStride)
    }
  }
  return blurred
}

function gaussianWeights(): Float64Array {
  const weights = Float64Array.from({ length: 2 * reachPx + 1 }, (_, i) =>
    Math.exp(-((i - reachPx) ** 2) / (2 * sigmaPx ** 2)),
  )
  const sum = weights.reduce((a, b) => a + b, 0)
  return weights.map(weight => weight / sum)
}
