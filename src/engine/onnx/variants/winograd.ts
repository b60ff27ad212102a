/**
 * The variant for U-Nets on a CPU: wide 3×3 convolutions by Winograd's F(m×m, 3×3), with 16 products per 2×2 pixels instead of
 * 36, or 36 per 4×4 pixels instead of 144 (Lavin and Gray 2015, arXiv:1509.09308). Everything else is portable.
 *
 *   Y = Aᵀ [ Σ over channels (G g Gᵀ) ⊙ (Bᵀ d B) ] A      d: tile of (m+2)×(m+2) pixels; g: 3×3 kernel; Y: m×m pixels
 *
 * A transform of rows and columns is one matrix here: M d Mᵀ = (M ⊗ M) d, with d as a vector.
 */

import {
  kroneckerSquare,
  type Matrix,
  type TileSide,
  winogradTransforms,
} from '../../weights/arrangements/winograd-transforms.ts'
import type { StoredTensor } from '../../weights/safetensors.ts'
import { type Dim, halve, product, type Shape, times } from '../dim.ts'
import type { Graph } from '../graph.ts'
import type { Value } from '../model.ts'
import { contribDomain } from '../proto.ts'
import { portable } from './portable.ts'
import type { Variant } from './variant.ts'

/** Inputs from `least`; outputs to `maxInTilesOf` the side of a tile. */
export interface WinogradWidths {
  readonly least: number
  readonly maxInTilesOf: Readonly<Record<TileSide, number>>
}

/**
 * The maximum number of input channels per output channel for which a transform is faster, because its cost does not depend on the
 * outputs. Tiles have 4 times the input's values with 2×2 pixels, and 2.25 times with 4×4.
 */
const maxInputsPerOutput = { 2: 2, 4: 3 } as const satisfies Record<TileSide, number>

/**
 * Narrower convolutions are faster directly. Wider convolutions, at the coarsest levels, have few tiles, and their transformed kernels
 * are 16 / 9 or 4 times as large.
 */
export const winograd = ({ least, maxInTilesOf }: WinogradWidths): Variant => {
  const direct = portable('float32')
  const sideFor = (channels: number, out: number) =>
    ([4, 2] as const).find(
      side => channels >= least && out <= maxInTilesOf[side] && channels <= maxInputsPerOutput[side] * out,
    )
  return {
    ...direct,
    conv(g, x, weight, bias, stride, pads, shape) {
      const [out = 0, channels = 0, kernel] = weight.shape
      const side = kernel === 3 && stride === 1 ? sideFor(channels, out) : undefined
      if (side === undefined) return direct.conv(g, x, weight, bias, stride, pads, shape)
      const tiles = transformTiles(g, x, side)
      const sums = sumsOverChannels(g, transformKernels(g, weight, side), tiles, x)
      return g.add(cropLike(g, pixelsOf(g, sums, tiles, side), x), g.reshape(bias, [out, 1, 1]))
    },
  }
}

/**
 * (G ⊗ G) g, as the file has it or computed once, when the session opens. weight: [out, C, 3, 3] → [1, (m+2)², out, C]. It is
 * computed as a convolution along lines of nine values for each kernel: other operators would hold copies in other shapes until
 * the session is open.
 */
function transformKernels(g: Graph, weight: StoredTensor, side: TileSide): Value {
  const [out = 0, channels = 0] = weight.shape
  const tileValues = (side + 2) ** 2
  const arranged = g.arranged(weight, `winograd-kernels-${side}`)
  if (arranged) return g.weight(arranged, [1, tileValues, out, channels])
  const lines = g.weight(weight, [1, 1, out, 9 * channels])
  const transform = g.reshape(onBothSides(g, winogradTransforms[side].kernel), [tileValues, 1, 1, 9])
  g.recordGrowth(out * channels * (tileValues - 9))
  const attributes = { kernel_shape: [1, 9], strides: [1, 9] }
  return g.op('Conv', [lines, transform], [1, tileValues, out, channels], { attributes })
}

/** (Bᵀ ⊗ Bᵀ) d of each channel by itself. x: [B, C, H, W] → [C·B, (m+2)², h, w], h = ⌈H/m⌉, w = ⌈W/m⌉. */
function transformTiles(g: Graph, x: Value, side: TileSide): Value {
  const [batch = 0, channels = 0, height = 0, width = 0] = x.shape
  const planes = times(channels, batch)
  const single = view(g, g.transpose(x, [1, 0, 2, 3]), [-1, 1, 0, 0], [planes, 1, height, width])
  const tileSide = side + 2
  const transform = onBothSides(g, winogradTransforms[side].tile)
  const kernels = g.reshape(transform, [tileSide ** 2, 1, tileSide, tileSide])
  // The last rows of zeros complete the last tile of a picture whose side is no multiple of m.
  const attributes = { kernel_shape: [tileSide, tileSide], strides: [side, side], pads: [1, 1, side, side] }
  const counts = [height, width].map(length => tileCount(length, side))
  return g.op('Conv', [single, kernels], [planes, tileSide ** 2, ...counts], { attributes })
}

/** ⌈length / side⌉ */
function tileCount(length: Dim, side: TileSide): Dim {
  const half = halve(length) ?? 0
  return side === 2 ? half : (halve(half) ?? 0)
}

/** kernels: [1, (m+2)², out, C]; tiles: [C·B, (m+2)², h, w] → [B, (m+2)², out, h·w]. */
function sumsOverChannels(g: Graph, kernels: Value, tiles: Value, x: Value): Value {
  const [batch = 0, channels = 0] = x.shape
  const [planes = 0, , ...counts] = tiles.shape
  const tileValues = Number(tiles.shape[1])
  const count = product(counts)
  const flat = view(g, tiles, [0, 0, 1, -1], [planes, tileValues, 1, count])
  const split = view(g, flat, [Number(channels), -1, tileValues, 0], [channels, batch, tileValues, count])
  const shape = [batch, tileValues, kernels.shape[2] ?? 0, count]
  // transBatchB: the sum runs over the first axis of the second operand.
  return g.op('FusedMatMul', [kernels, split], shape, {
    domain: contribDomain,
    attributes: { transBatchB: 1 },
  })
}

/** (Aᵀ ⊗ Aᵀ) m of each tile, put in place. sums: [B, (m+2)², out, h·w] → [B, out, m·h, m·w]. */
function pixelsOf(g: Graph, sums: Value, tiles: Value, side: TileSide): Value {
  const [batch = 0, tileValues = 0, out = 0, count = 0] = sums.shape
  const [, , h = 0, w = 0] = tiles.shape
  const values = times(out, count)
  const transform = onBothSides(g, winogradTransforms[side].pixels)
  const pairs = g.op(
    'MatMul',
    [transform, view(g, sums, [0, 0, -1], [batch, tileValues, values])],
    [batch, side ** 2, values],
  )
  // Columns first and rows then: each moves one axis, which the runtime does in blocks.
  const columns = g.transpose(view(g, pairs, [0, side, side, -1], [batch, side, side, values]), [0, 1, 3, 2])
  const [lines, width] = [times(out, h), times(w, side)]
  const widthNow = g.op('Mul', [shapeOf(g, tiles, 3), g.integers([side])], [1])
  const shaped = (value: Value, start: readonly number[], shape: Shape) =>
    g.op('Reshape', [value, g.concat(0, g.integers(start), widthNow)], shape)
  const rows = g.transpose(shaped(columns, [0, side, -1], [batch, side, lines, width]), [0, 2, 1, 3])
  return shaped(rows, [0, Number(out), -1], [batch, out, times(h, side), width])
}

/** Without the rows and columns of the last tiles that the picture does not have. */
function cropLike(g: Graph, picture: Value, x: Value): Value {
  const shape = [...picture.shape.slice(0, 2), ...x.shape.slice(2)]
  return g.op('Slice', [picture, g.integers([0, 0]), shapeOf(g, x, 2), g.integers([2, 3])], shape)
}

/** M ⊗ M as a constant of the graph. */
function onBothSides(g: Graph, matrix: Matrix): Value {
  const rows = kroneckerSquare(matrix)
  return g.floats(rows.flat(), [rows.length, (matrix[0]?.length ?? 0) ** 2])
}

/** The sizes of x from an axis on, at run time. */
function shapeOf(g: Graph, x: Value, start: number): Value {
  return g.op('Shape', [x], [x.shape.length - start], { attributes: { start } }, 'I64')
}

/** A reshape by ONNX's rules: 0 keeps an axis, and -1 is inferred. */
function view(g: Graph, x: Value, target: readonly number[], shape: Shape): Value {
  return g.op('Reshape', [x, g.integers(target)], shape)
}
