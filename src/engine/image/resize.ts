/** Pictures brought to other sizes by Lanczos resampling, the same bytes on every machine. */
import type { Picture } from './picture.ts'

/** Lobes of the window on each side. */
const lobes = 3

/** A part of a picture in pixels, fractions allowed. */
interface Span {
  start: number
  length: number
}

/**
 * Covers the given size: takes the middle part that has its shape and resamples it.
 * A picture that has the size already comes back as it is.
 * Without a cut it is the reference's resize for image to image, Pillow's LANCZOS, to the last bit.
 */
export function fitPicture(picture: Picture, widthPx: number, heightPx: number): Picture {
  if (picture.widthPx === widthPx && picture.heightPx === heightPx) return picture
  const scale = Math.min(picture.widthPx / widthPx, picture.heightPx / heightPx)
  const columns = middle(picture.widthPx, widthPx * scale)
  const rows = middle(picture.heightPx, heightPx * scale)
  const wide = resampleColumns(picture, columns, widthPx)
  return resampleRows(wide, rows, heightPx)
}

const middle = (whole: number, length: number): Span => ({ start: (whole - length) / 2, length })

/** Which input pixels make an output pixel, and how much each, in units of 1 / `one`. */
interface Taps {
  first: number
  weights: Int32Array
}

/** Pillow's fixed point: 22 bits behind it leave room for a byte and for overshoot. */
const one = 2 ** 22

/**
 * The windowed sinc around each output pixel's centre; where the picture shrinks, the window widens with it.
 * Weights are cut at the edges and add up to 1.
 */
function tapsFor(inputLength: number, span: Span, outputLength: number): Taps[] {
  const scale = span.length / outputLength
  const stretch = Math.max(scale, 1)
  const reach = lobes * stretch
  return Array.from({ length: outputLength }, (_, i) => {
    const centre = span.start + (i + 0.5) * scale
    const first = Math.max(0, Math.floor(centre - reach + 0.5))
    const end = Math.min(inputLength, Math.floor(centre + reach + 0.5))
    const weights = Float64Array.from({ length: end - first }, (_, k) =>
      lanczos((first + k + 0.5 - centre) / stretch),
    )
    const sum = weights.reduce((a, b) => a + b, 0)
    return { first, weights: Int32Array.from(weights, weight => roundAway((weight / sum) * one)) }
  })
}

/** Halves away from zero. */
function roundAway(value: number): number {
  return Math.sign(value) * Math.floor(Math.abs(value) + 0.5)
}

/** A sum of weighted bytes, halves upwards; whoever stores it clamps, which tames the overshoot of the negative lobes. */
function byteOf(sum: number): number {
  return Math.floor(sum / one + 0.5)
}

/** L(x) = sinc(x) sinc(x / a) for |x| < a, else 0 */
function lanczos(x: number): number {
  return Math.abs(x) < lobes ? sinc(x) * sinc(x / lobes) : 0
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
}

function resampleColumns(picture: Picture, span: Span, widthPx: number): Picture {
  const { widthPx: inputWidthPx, heightPx, data: input } = picture
  const taps = tapsFor(inputWidthPx, span, widthPx)
  const output = new Uint8ClampedArray(widthPx * heightPx * 3)
  for (let y = 0; y < heightPx; y++) {
    const row = y * inputWidthPx * 3
    let at = y * widthPx * 3
    for (const { first, weights } of taps) {
      let r = 0
      let g = 0
      let b = 0
      let from = row + first * 3
      for (const weight of weights) {
        r += weight * (input[from] ?? 0)
        g += weight * (input[from + 1] ?? 0)
        b += weight * (input[from + 2] ?? 0)
        from += 3
      }
      output[at] = byteOf(r)
      output[at + 1] = byteOf(g)
      output[at + 2] = byteOf(b)
      at += 3
    }
  }
  return { widthPx, heightPx, data: bytesOf(output) }
}

function resampleRows(picture: Picture, span: Span, heightPx: number): Picture {
  const { widthPx, heightPx: inputHeightPx, data: input } = picture
  const stride = widthPx * 3
  const output = new Uint8ClampedArray(stride * heightPx)
  const sums = new Float64Array(stride)
  tapsFor(inputHeightPx, span, heightPx).forEach(({ first, weights }, y) => {
    sums.fill(0)
    weights.forEach((weight, k) => {
      const row = (first + k) * stride
      for (let i = 0; i < stride; i++) sums[i] = (sums[i] ?? 0) + weight * (input[row + i] ?? 0)
    })
    output.set(sums.map(byteOf), y * stride)
  })
  return { widthPx, heightPx, data: bytesOf(output) }
}

const bytesOf = (clamped: Uint8ClampedArray) =>
  new Uint8Array(clamped.buffer, clamped.byteOffset, clamped.length)
