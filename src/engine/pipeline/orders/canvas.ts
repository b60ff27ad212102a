/**
 * The canvas of an order: the painted region (the whole picture, or the part around the mask at full resolution), and
 * compositing the result.
 */
import { maxAspectRatio } from '../../../common/bounds.ts'
import { AppError } from '../../../errors/errors.ts'
import { type Mask, maskOf, paintedPart, pasteBack } from '../../image/mask.ts'
import type { Picture, SizePx } from '../../image/picture.ts'
import { centredPart, fitPicture, type Part, resizePart, stretchPicture } from '../../image/resize.ts'
import type { Inpainting } from '../../work-order.ts'

/** The size of the painted region. */
export interface Canvas extends SizePx {
  /** The source at the canvas's size; absent in text to image. */
  readonly source: Picture | undefined
  /** The mask at the canvas's size; absent if everything is painted anew. */
  readonly mask: Mask | undefined
  /** Crops a picture of the whole result, such as a ControlNet's, to the canvas. */
  fitted(picture: Picture): Picture
  /** Makes the result from the painted region. */
  finish(painted: Picture): Picture
}

/** A canvas for the whole result, with or without a source; the result is what was painted. */
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
 * A canvas for inpainting. `inpainting` is absent in old orders: then the result is what was painted, and the kept region
 * only approximates the source. A mask covers its whole source, whatever its own size.
 * latentPx: the sides of a canvas are multiples of it.
 * @throws AppError 'mask-empty' when the mask keeps everything.
 */
export function maskedCanvas(
  size: SizePx,
  source: Picture,
  maskPicture: Picture,
  inpainting: Inpainting | undefined,
  latentPx: number,
): Canvas {
  if (inpainting?.onlyMasked) {
    const whole = stretchPicture(maskPicture, source.widthPx, source.heightPx)
    return partialCanvas(source, maskOf(whole), inpainting, inpainting.onlyMasked, latentPx)
  }
  const canvas = plainCanvas(size, source)
  const mask = maskOf(fitMask(maskPicture, source, size))
  requirePainted(mask)
  const kept = canvas.source
  if (!inpainting || !kept) return { ...canvas, mask }
  return { ...canvas, mask, finish: painted => pasteBack(painted, kept, mask, inpainting.softEdgePx) }
}

/** The mask of the source's part on the canvas. It is resized once, as in the reference: a second time would move its edge. */
function fitMask(mask: Picture, source: SizePx, size: SizePx): Picture {
  const { leftPx, topPx, widthPx, heightPx } = centredPart(source, size)
  const [across, down] = [mask.widthPx / source.widthPx, mask.heightPx / source.heightPx]
  const part = {
    leftPx: leftPx * across,
    topPx: topPx * down,
    widthPx: widthPx * across,
    heightPx: heightPx * down,
  }
  return resizePart(mask, part, size.widthPx, size.heightPx)
}

/** The area around the mask, resized to about the pixels of `size`. The result has the source's size. */
function partialCanvas(
  source: Picture,
  mask: Mask,
  { softEdgePx }: Inpainting,
  { paddingPx, ...size }: NonNullable<Inpainting['onlyMasked']>,
  latentPx: number,
): Canvas {
  const part = partAround(requirePainted(mask), paddingPx, source)
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
      return pasteBack(place(back, part, source), source, mask, softEdgePx)
    },
  }
}

/** The padded area within the picture, widened to at most `maxAspectRatio`, beyond which the model was not trained. */
export function partAround(part: Part, paddingPx: number, picture: SizePx): Part {
  const columns = extend(part.leftPx, part.widthPx, paddingPx, picture.widthPx)
  const rows = extend(part.topPx, part.heightPx, paddingPx, picture.heightPx)
  const missing = (length: number, other: number) =>
    Math.max(0, Math.ceil((Math.ceil(other / maxAspectRatio) - length) / 2))
  const wide = extend(columns.start, columns.length, missing(columns.length, rows.length), picture.widthPx)
  const tall = extend(rows.start, rows.length, missing(rows.length, columns.length), picture.heightPx)
  return { leftPx: wide.start, topPx: tall.start, widthPx: wide.length, heightPx: tall.length }
}

/** A range of an axis, extended by `by` on both sides. An extension beyond one edge is added to the other side. */
function extend(start: number, length: number, by: number, limit: number): { start: number; length: number } {
  const whole = Math.min(length + 2 * by, limit)
  return { start: Math.min(Math.max(start - by, 0), limit - whole), length: whole }
}

/** A size of the area's shape with about that many pixels. */
export function canvasSize(part: SizePx, pixels: number, latentPx: number): SizePx {
  const scale = Math.sqrt(pixels / (part.widthPx * part.heightPx))
  const side = (length: number) => Math.max(1, Math.round((length * scale) / latentPx)) * latentPx
  return { widthPx: side(part.widthPx), heightPx: side(part.heightPx) }
}

/** The bounding box of what is painted anew. */
function requirePainted(mask: Mask): Part {
  const part = paintedPart(mask)
  if (!part) throw new AppError('mask-empty', {})
  return part
}

function pictureOf({ widthPx, heightPx, painted }: Mask): Picture {
  const data = new Uint8Array(3 * painted.length)
  for (const [i, value] of painted.entries()) data.fill(255 * value, 3 * i, 3 * i + 3)
  return { widthPx, heightPx, data }
}

/** `small` at its position in a black picture of the size of `whole`. */
function place(small: Picture, { leftPx, topPx }: Part, whole: SizePx): Picture {
  const data = new Uint8Array(3 * whole.widthPx * whole.heightPx)
  const rowBytes = 3 * small.widthPx
  for (let y = 0; y < small.heightPx; y++) {
    const row = small.data.subarray(y * rowBytes, (y + 1) * rowBytes)
    data.set(row, 3 * ((topPx + y) * whole.widthPx + leftPx))
  }
  return { widthPx: whole.widthPx, heightPx: whole.heightPx, data }
}
