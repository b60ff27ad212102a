/**
 * The VAE over pictures larger than its training size: overlapping tiles, blended linearly where they overlap.
 * Matches diffusers' AutoencoderKL with tiling. The result differs from the untiled one, because group norms see one tile,
 * so tiling is used only for large sizes. Memory then depends on the tile and not on the picture.
 */
import type { Vae } from '../../networks/networks.ts'

/** The fraction of a tile that overlaps with its neighbour. */
const overlap = 0.25

/** A tile's side in pixels and in latents. */
export interface TileSize {
  sidePx: number
  sideLatent: number
}

/** The VAE's training size, a multiple of four latents, so that tiles and their kept parts lie on the same grid. */
export function defaultTile({ sampleSize, factor }: Pick<Vae, 'sampleSize' | 'factor'>): TileSize {
  const sideLatent = Math.max(1, Math.trunc(sampleSize / factor / 4)) * 4
  return { sidePx: sideLatent * factor, sideLatent }
}

/** latents [batch,4,h,w], unscaled -> pixels [batch,3,8h,8w]; one tile at a time. */
export function decodeTiled(
  vae: Vae,
  latents: Float32Array,
  batch: number,
  heightLatent: number,
  widthLatent: number,
  tile: TileSize = defaultTile(vae),
): Promise<Float32Array> {
  const input = { data: latents, batch, channels: 4, height: heightLatent, width: widthLatent }
  return mapTiles(input, tile.sideLatent, tile.sidePx, 3, part =>
    vae.decode(part.data, batch, part.height, part.width),
  )
}

/** pixels [batch,3,H,W] -> moments [batch,8,H/8,W/8]; one tile at a time. */
export function encodeTiled(
  vae: Vae,
  pixels: Float32Array,
  batch: number,
  heightPx: number,
  widthPx: number,
  tile: TileSize = defaultTile(vae),
): Promise<Float32Array> {
  const input = { data: pixels, batch, channels: 3, height: heightPx, width: widthPx }
  return mapTiles(input, tile.sidePx, tile.sideLatent, 8, part =>
    vae.encode(part.data, batch, part.height, part.width),
  )
}

/** Whether a picture is larger than one tile, so that tiling changes anything. */
export function exceedsTile(heightLatent: number, widthLatent: number, tile: TileSize): boolean {
  return heightLatent > tile.sideLatent || widthLatent > tile.sideLatent
}

/** [batch, channels, height, width] */
interface Planes {
  data: Float32Array
  batch: number
  channels: number
  height: number
  width: number
}

/**
 * Cuts the input into overlapping tiles, maps each, blends every tile with its already blended upper and left neighbours,
 * and joins the kept parts.
 */
async function mapTiles(
  input: Planes,
  sideIn: number,
  sideOut: number,
  channelsOut: number,
  run: (tile: Planes) => Promise<Float32Array>,
): Promise<Float32Array> {
  const stride = Math.trunc(sideIn * (1 - overlap))
  const blend = Math.trunc(sideOut * overlap)
  const kept = sideOut - blend
  const output = planes(input.batch, channelsOut, toOutput(input.height), toOutput(input.width))
  let above: Planes[] = []
  for (let top = 0, row = 0; top < input.height; top += stride, row++) {
    const tiles: Planes[] = []
    for (let left = 0, column = 0; left < input.width; left += stride, column++) {
      const part = crop(input, top, left, sideIn)
      const data = await run(part)
      const tile = {
        ...part,
        data,
        channels: channelsOut,
        height: toOutput(part.height),
        width: toOutput(part.width),
      }
      const upper = above[column]
      const before = tiles[column - 1]
      if (upper) blendDown(upper, tile, blend)
      if (before) blendRight(before, tile, blend)
      tiles.push(tile)
      paste(tile, kept, output, row * kept, column * kept)
    }
    above = tiles
  }
  return output.data

  function toOutput(extent: number): number {
    return (extent * sideOut) / sideIn
  }
}

function planes(batch: number, channels: number, height: number, width: number): Planes {
  return { data: new Float32Array(batch * channels * height * width), batch, channels, height, width }
}

function crop(from: Planes, top: number, left: number, side: number): Planes {
  const height = Math.min(side, from.height - top)
  const width = Math.min(side, from.width - left)
  const to = planes(from.batch, from.channels, height, width)
  for (let plane = 0; plane < from.batch * from.channels; plane++) {
    for (let y = 0; y < height; y++) {
      const start = (plane * from.height + top + y) * from.width + left
      to.data.set(from.data.subarray(start, start + width), (plane * height + y) * width)
    }
  }
  return to
}

/** Writes the tile's first `kept` rows and columns at (top, left), as far as the output reaches. */
function paste(tile: Planes, kept: number, output: Planes, top: number, left: number): void {
  const height = Math.min(kept, tile.height, output.height - top)
  const width = Math.min(kept, tile.width, output.width - left)
  for (let plane = 0; plane < tile.batch * tile.channels; plane++) {
    for (let y = 0; y < height; y++) {
      const start = (plane * tile.height + y) * tile.width
      const row = tile.data.subarray(start, start + Math.max(width, 0))
      output.data.set(row, (plane * output.height + top + y) * output.width + left)
    }
  }
}

/** Blends from the last rows of the upper tile into the first rows of the lower one, in place. */
function blendDown(upper: Planes, lower: Planes, blend: number): void {
  const rows = Math.min(upper.height, lower.height, blend)
  const width = Math.min(upper.width, lower.width)
  for (let plane = 0; plane < lower.batch * lower.channels; plane++) {
    for (let y = 0; y < rows; y++) {
      const from = (plane * upper.height + upper.height - rows + y) * upper.width
      const to = (plane * lower.height + y) * lower.width
      for (let x = 0; x < width; x++) mix(upper.data, from + x, lower.data, to + x, y / rows)
    }
  }
}

/** The same from left to right. */
function blendRight(left: Planes, right: Planes, blend: number): void {
  const columns = Math.min(left.width, right.width, blend)
  const height = Math.min(left.height, right.height)
  for (let plane = 0; plane < right.batch * right.channels; plane++) {
    for (let y = 0; y < height; y++) {
      const from = (plane * left.height + y) * left.width + left.width - columns
      const to = (plane * right.height + y) * right.width
      for (let x = 0; x < columns; x++) mix(left.data, from + x, right.data, to + x, x / columns)
    }
  }
}

function mix(from: Float32Array, fromIndex: number, to: Float32Array, toIndex: number, weight: number): void {
  to[toIndex] = (from[fromIndex] ?? 0) * (1 - weight) + (to[toIndex] ?? 0) * weight
}
