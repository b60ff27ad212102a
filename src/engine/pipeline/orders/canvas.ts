/**
 * The canvas of an order: the painted region (the whole picture, or the part around the mask at full resolution), and
 * compositing the result.
 */
import { type Mask, maskOf, paintedPart, pasteBack } from '../../image/mask.ts'
import type { Picture } from '../../image/picture.ts'
import { fitPicture, type Part, resizePart, stretchPicture } from '../../image/resize.ts'
import type { Inpainting } from '../../work-order.ts'

export interface SizePx {
  readonly widthPx: number
  readonly heightPx: number
}

/** Its size is that of what is painted. */
export interface Canvas extends SizePx {
  /** What is painted over, at the canvas's size; absent in text to image. */
  readonly source: Picture | undefined
  /** At the canvas's size; absent where all is painted anew. */
  readonly mask: Mask | undefined
  /** A picture that belongs to the whole result, such as a ControlNet's: its part that lies on the canvas. */
  fitted(picture: Picture): Picture
  /** What was painted becomes the result. */
  finish(painted: Picture): Picture
}

/** The whole result is painted, over a source or over nothing, and stays as it is painted. */
export function plainCanvas(size: SizePx, source?: Picture): Canvas {
  const { widthPx, heightPx } = size
  const fitted = (picture: Picture) => fitPicture(picture, widthPx, heightPx)
  return {
    widthPx,
    heightPx,
    source: source && fitted(source),
    mask: undefined,
    fitted,
    finish: painted => painted,
  }
}

/**
 * Inpainting. `inpainting` is absent in orders from before it was known: then what was painted is the result, and what the
 * mask keeps is only near to the source.
 * latentPx: what the sides of a canvas are multiples of.
 */
export function maskedCanvas(
  size: SizePx,
  source: Picture,
  maskPicture: Picture,
  inpainting: Inpainting | undefined,
  latentPx: number,
): Canvas {
  // A mask belongs to its source, whatever its size.
  const whole = stretchPicture(maskPicture, source.widthPx, source.heightPx)
  if (inpainting?.onlyMasked) {
    return partialCanvas(source, maskOf(whole), inpainting, inpainting.onlyMasked, latentPx)
  }
  const canvas = plainCanvas(size, source)
  const mask = maskOf(canvas.fitted(whole))
  const kept = canvas.source
  if (!inpainting || !kept) return { ...canvas, mask }
  return { ...canvas, mask, finish: painted => pasteBack(painted, kept, mask, inpainting.softEdgePx) }
}

/** The part around what is painted anew, made larger or smaller to about the pixels of `size`; the result has the source's size. */
function partialCanvas(
  source: Picture,
  mask: Mask,
  { softEdgePx }: Inpainting,
  { paddingPx, ...size }: NonNullable<Inpainting['onlyMasked']>,
  latentPx: number,
): Canvas {
  const part = partAround(paintedPart(mask) ?? wholeOf(source), paddingPx, source)
  const { widthPx, heightPx } = canvasSize(part, size.widthPx * size.heightPx, latentPx)
  const cut = (picture: Picture) => resizePart(picture, part, widthPx, heightPx)
  return {
    widthPx,
    heightPx,
    source: cut(source),
    mask: maskOf(cut(pictureOf(mask))),
    fitted: picture => cut(fitPicture(picture, source.widthPx, source.heightPx)),
    finish(painted) {
      const back = stretchPicture(painted, part.widthPx, part.heightPx)
      return pasteBack(placed(back, part, source), source, mask, softEdgePx)
    },
  }
}

/** Longer or taller parts than this are widened: the model has learnt no such shapes. */
const widestAspect = 4

/** The part with padding around it, no narrower than `widestAspect` allows, inside of the picture. */
export function partAround(part: Part, paddingPx: number, picture: SizePx): Part {
  const columns = grown(part.leftPx, part.widthPx, paddingPx, picture.widthPx)
  const rows = grown(part.topPx, part.heightPx, paddingPx, picture.heightPx)
  const missing = (length: number, other: number) =>
    Math.max(0, Math.ceil((Math.ceil(other / widestAspect) - length) / 2))
  const wide = grown(columns.start, columns.length, missing(columns.length, rows.length), picture.widthPx)
  const tall = grown(rows.start, rows.length, missing(rows.length, columns.length), picture.heightPx)
  return { leftPx: wide.start, topPx: tall.start, widthPx: wide.length, heightPx: tall.length }
}

/** A stretch of an axis with `by` more on both sides; what does not fit on one side goes to the other. */
function grown(start: number, length: number, by: number, limit: number): { start: number; length: number } {
  const whole = Math.min(length + 2 * by, limit)
  return { start: Math.min(Math.max(start - by, 0), limit - whole), length: whole }
}

/** The part's shape at about that many pixels. */
export function canvasSize(part: SizePx, pixels: number, latentPx: number): SizePx {
  const scale = Math.sqrt(pixels / (part.widthPx * part.heightPx))
  const side = (length: number) => Math.max(1, Math.round((length * scale) / latentPx)) * latentPx
  return { widthPx: side(part.widthPx), heightPx: side(part.heightPx) }
}

function wholeOf({ widthPx, heightPx }: SizePx): Part {
  return { leftPx: 0, topPx: 0, widthPx, heightPx }
}

function pictureOf({ widthPx, heightPx, painted }: Mask): Picture {
  const data = new Uint8Array(3 * painted.length)
  for (const [i, value] of painted.entries()) data.fill(255 * value, 3 * i, 3 * i + 3)
  return { widthPx, heightPx, data }
}

/** `small` at its place in a picture of the size of `whole`, black around it. */
function placed(small: Picture, { leftPx, topPx }: Part, whole: SizePx): Picture {
  const data = new Uint8Array(3 * whole.widthPx * whole.heightPx)
  const rowBytes = 3 * small.widthPx
  for (let y = 0; y < small.heightPx; y++) {
    const row = small.data.subarray(y * rowBytes, (y + 1) * rowBytes)
    data.set(row, 3 * ((topPx + y) * whole.widthPx + leftPx))
  }
  return { widthPx: whole.widthPx, heightPx: whole.heightPx, data }
}
