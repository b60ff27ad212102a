/** Resizes pictures by resampling, with the same bytes on every machine. */
import type { Picture, SizePx } from './picture.ts'
import { lanczos, type ResamplingFilter } from './resampling-filter.ts'

/** A rectangle of a picture in pixels; fractions are allowed. */
export interface Part {
  readonly leftPx: number
  readonly topPx: number
  readonly widthPx: number
  readonly heightPx: number
}

/**
 * Covers the given size: crops the centre to its aspect ratio and resamples that. A picture of that size is returned
 * unchanged. Without a crop the result equals the reference's resize for image to image, Pillow's LANCZOS, bit for bit.
 */
export function fitPicture(
  picture: Picture,
  widthPx: number,
  heightPx: number,
  filter: ResamplingFilter = lanczos,
): Picture {
  return resizePart(picture, centredPart(picture, { widthPx, heightPx }), widthPx, heightPx, filter)
}

/** The largest part of that aspect ratio in the middle of a picture. */
export function centredPart(picture: SizePx, { widthPx, heightPx }: SizePx): Part {
  const scale = Math.min(picture.widthPx / widthPx, picture.heightPx / heightPx)
  const part = { widthPx: widthPx * scale, heightPx: heightPx * scale }
  const leftPx = (picture.widthPx - part.widthPx) / 2
  const topPx = (picture.heightPx - part.heightPx) / 2
  return { leftPx, topPx, ...part }
}

/** The whole picture at the given size, without regard to its aspect ratio. */
export function stretchPicture(picture: Picture, widthPx: number, heightPx: number): Picture {
  return resizePart(picture, { leftPx: 0, topPx: 0, ...picture }, widthPx, heightPx)
}

/**
 * The centre square of the whole picture, resampled so that its shorter side is `sidePx`: the reference's preprocessing for
 * CLIP. The fractions of a pixel that it drops distinguish it from `fitPicture`.
 */
export function centreSquare(picture: Picture, sidePx: number, filter: ResamplingFilter): Picture {
  const { widthPx, heightPx } = picture
  if (widthPx === sidePx && heightPx === sidePx) return picture
  const shorterPx = Math.min(widthPx, heightPx)
  const taps = (lengthPx: number) => {
    const resampledPx = Math.trunc((sidePx * lengthPx) / shorterPx)
    const marginPx = Math.floor((resampledPx - sidePx) / 2)
    return tapsFor(lengthPx, 0, lengthPx, resampledPx, filter).slice(marginPx, marginPx + sidePx)
  }
  return resampleRows(resampleColumns(picture, taps(widthPx)), taps(heightPx))
}

/** A part of the picture at the given size, without regard to its aspect ratio. */
export function resizePart(
  picture: Picture,
  part: Part,
  widthPx: number,
  heightPx: number,
  filter: ResamplingFilter = lanczos,
): Picture {
  if (part.widthPx === widthPx && part.heightPx === heightPx && isWhole(part, picture)) return picture
  const columns = tapsFor(picture.widthPx, part.leftPx, part.widthPx, widthPx, filter)
  const rows = tapsFor(picture.heightPx, part.topPx, part.heightPx, heightPx, filter)
  return resampleRows(resampleColumns(picture, columns), rows)
}

function isWhole(part: Part, picture: Picture): boolean {
  return part.widthPx === picture.widthPx && part.heightPx === picture.heightPx
}

/** The input pixels of one output pixel, with their weights in units of 1 / `one`. */
interface Taps {
  first: number
  weights: Int32Array
}

/** Pillow's fixed-point format: 22 fractional bits leave room for a byte and for overshoot in 32 bits. */
const one = 2 ** 22

/**
 * The filter's weights around each output pixel's centre. When a picture is reduced, the filter is widened by the same factor.
 * Weights outside of the picture are dropped, and the others are normalised to a sum of 1.
 */
function tapsFor(
  inputLength: number,
  start: number,
  length: number,
  outputLength: number,
  filter: ResamplingFilter,
): Taps[] {
  const scale = length / outputLength
  const stretch = Math.max(scale, 1)
  const reach = filter.reach * stretch
  return Array.from({ length: outputLength }, (_, i) => {
    const centre = start + (i + 0.5) * scale
    const first = Math.max(0, Math.floor(centre - reach + 0.5))
    const end = Math.min(inputLength, Math.floor(centre + reach + 0.5))
    const weights = Float64Array.from({ length: end - first }, (_, k) =>
      filter.weight((first + k + 0.5 - centre) / stretch),
    )
    const sum = weights.reduce((a, b) => a + b, 0)
    return { first, weights: Int32Array.from(weights, weight => roundAway((weight / sum) * one)) }
  })
}

/** Rounds halves away from zero. */
function roundAway(value: number): number {
  return Math.sign(value) * Math.floor(Math.abs(value) + 0.5)
}

/** The byte of a weighted sum; halves are rounded up. The caller clamps, because negative lobes overshoot. */
function byteOf(sum: number): number {
  return Math.floor(sum / one + 0.5)
}

function resampleColumns(picture: Picture, taps: readonly Taps[]): Picture {
  const { widthPx: inputWidthPx, heightPx, data: input } = picture
  const widthPx = taps.length
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

function resampleRows(picture: Picture, taps: readonly Taps[]): Picture {
  const { widthPx, data: input } = picture
  const heightPx = taps.length
  const stride = widthPx * 3
  const output = new Uint8ClampedArray(stride * heightPx)
  const sums = new Float64Array(stride)
  taps.forEach(({ first, weights }, y) => {
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
