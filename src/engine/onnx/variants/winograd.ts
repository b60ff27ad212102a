/**
 * The variant for U-Nets on a CPU: wide 3×3 convolutions by Winograd's F(2×2, 3×3), with 16 products per 2×2 pixels instead of
 * 36 (Lavin and Gray 2015, arXiv:1509.09308). Everything else is portable.
 *
 *   Y = Aᵀ [ Σ over channels (G g Gᵀ) ⊙ (Bᵀ d B) ] A      d: tile of 4×4 pixels; g: 3×3 kernel; Y: 2×2 pixels
 *
 * A transform of rows and columns is one matrix here: M d Mᵀ = (M ⊗ M) d, with d as a vector.
 */

import { kernelTransform, kroneckerSquare, type Matrix } from '../../weights/arrangement.ts'
import type { StoredTensor } from '../../weights/safetensors.ts'
import { halved, product, type Shape, times } from '../dim.ts'
import type { Graph } from '../graph.ts'
import type { Value } from '../model.ts'
import { contribDomain } from '../proto.ts'
import { portable } from './portable.ts'
import type { Variant } from './variant.ts'

/** Bᵀ */
const inputTransform: Matrix = [
  [1, 0, -1, 0],
  [0, 1, 1, 0],
  [0, -1, 1, 0],
  [0, 1, 0, -1],
]
/** Aᵀ */
const outputTransform: Matrix = [
  [1, 1, 1, 0],
  [0, 1, -1, -1],
]

/** Values of a transformed tile. */
const tileValues = 16

/** Inputs from `least`, outputs to `most`. */
export interface WinogradWidths {
  readonly least: number
  readonly most: number
}

/**
 * Narrower convolutions take less time directly. Wider ones have their few tiles at the coarsest level, and transformed kernels
 * of 16 / 9 the size.
 */
export const winograd = ({ least, most }: WinogradWidths): Variant => {
  const direct = portable('float32')
  return {
    ...direct,
    conv(g, x, weight, bias, stride, pads, shape) {
      const [out = 0, channels = 0, kernel] = weight.shape
      // Transforming the input takes as long for few outputs as for many, and four times the input's memory.
      const pays = channels >= least && out <= most && 2 * out >= channels
      if (kernel !== 3 || stride !== 1 || !pays) return direct.conv(g, x, weight, bias, stride, pads, shape)
      const tiles = transformedTiles(g, x)
      const sums = sumsOverChannels(g, transformedKernels(g, weight), tiles, x)
      return g.add(croppedLike(g, pixelsOf(g, sums, tiles), x), g.reshape(bias, [out, 1, 1]))
    },
  }
}

/**
 * (G ⊗ G) g, as the file has it or computed once, when the session opens. weight: [out, C, 3, 3] → [1, 16, out, C]. It is
 * computed as a convolution along lines of nine values for each kernel: other operators would hold copies in other shapes until
 * the session is open.
 */
function transformedKernels(g: Graph, weight: StoredTensor): Value {
  const [out = 0, channels = 0] = weight.shape
  const arranged = g.arranged(weight, 'winograd-kernels')
  if (arranged) return g.weight(arranged, [1, tileValues, out, channels])
  const lines = g.weight(weight, [1, 1, out, 9 * channels])
  const transform = g.reshape(onBothSides(g, kernelTransform), [tileValues, 1, 1, 9])
  g.recordGrowth(out * channels * (tileValues - 9))
  const attributes = { kernel_shape: [1, 9], strides: [1, 9] }
  return g.op('Conv', [lines, transform], [1, tileValues, out, channels], { attributes })
}

/** (Bᵀ ⊗ Bᵀ) d of each channel by itself. x: [B, C, H, W] → [C·B, 16, h, w], h = ⌈H/2⌉, w = ⌈W/2⌉. */
function transformedTiles(g: Graph, x: Value): Value {
  const [batch = 0, channels = 0, height = 0, width = 0] = x.shape
  const planes = times(channels, batch)
  const single = view(g, g.transpose(x, [1, 0, 2, 3]), [-1, 1, 0, 0], [planes, 1, height, width])
  const kernels = g.reshape(onBothSides(g, inputTransform), [tileValues, 1, 4, 4])
  // The second row of zeros at the end completes the last tile of an odd side.
  const attributes = { kernel_shape: [4, 4], strides: [2, 2], pads: [1, 1, 2, 2] }
  const sides = [height, width].map(side => halved(side) ?? 0)
  return g.op('Conv', [single, kernels], [planes, tileValues, ...sides], { attributes })
}

/** kernels: [1, 16, out, C]; tiles: [C·B, 16, h, w] → [B, 16, out, h·w]. */
function sumsOverChannels(g: Graph, kernels: Value, tiles: Value, x: Value): Value {
  const [batch = 0, channels = 0] = x.shape
  const [planes = 0, , ...sides] = tiles.shape
  const count = product(sides)
  const flat = view(g, tiles, [0, 0, 1, -1], [planes, tileValues, 1, count])
  const split = view(g, flat, [Number(channels), -1, tileValues, 0], [channels, batch, tileValues, count])
  const shape = [batch, tileValues, kernels.shape[2] ?? 0, count]
  // transBatchB: the first axis of the second operand is the one of the sum.
  return g.op('FusedMatMul', [kernels, split], shape, {
    domain: contribDomain,
    attributes: { transBatchB: 1 },
  })
}

/** (Aᵀ ⊗ Aᵀ) m of each tile, put in place. sums: [B, 16, out, h·w] → [B, out, 2h, 2w]. */
function pixelsOf(g: Graph, sums: Value, tiles: Value): Value {
  const [batch = 0, , out = 0, count = 0] = sums.shape
  const [, , h = 0, w = 0] = tiles.shape
  const values = times(out, count)
  const transform = onBothSides(g, outputTransform)
  const pairs = g.op(
    'MatMul',
    [transform, view(g, sums, [0, 0, -1], [batch, tileValues, values])],
    [batch, 4, values],
  )
  // Columns first and rows then: each moves one axis, which the runtime does in blocks.
  const columns = g.transpose(view(g, pairs, [0, 2, 2, -1], [batch, 2, 2, values]), [0, 1, 3, 2])
  const [lines, width] = [times(out, h), times(w, 2)]
  const widthNow = g.op('Mul', [shapeOf(g, tiles, 3), g.integers([2])], [1])
  const shaped = (value: Value, start: readonly number[], shape: Shape) =>
    g.op('Reshape', [value, g.concat(0, g.integers(start), widthNow)], shape)
  const rows = g.transpose(shaped(columns, [0, 2, -1], [batch, 2, lines, width]), [0, 2, 1, 3])
  return shaped(rows, [0, Number(out), -1], [batch, out, times(h, 2), width])
}

/** Without the row and the column that an odd side does not have. */
function croppedLike(g: Graph, picture: Value, x: Value): Value {
  const shape = [...picture.shape.slice(0, 2), ...x.shape.slice(2)]
  return g.op('Slice', [picture, g.integers([0, 0]), shapeOf(g, x, 2), g.integers([2, 3])], shape)
}

/** M ⊗ M as a constant of the graph. */
function onBothSides(g: Graph, matrix: Matrix): Value {
  const rows = kroneckerSquare(matrix)
  return g.floats(rows.flat(), [rows.length, (matrix[0]?.length ?? 0) ** 2])
}

/** The sizes of x from an axis on, as the session finds them. */
function shapeOf(g: Graph, x: Value, start: number): Value {
  return g.op('Shape', [x], [x.shape.length - start], { attributes: { start } }, 'I64')
}

/** A reshape by ONNX's rules: 0 keeps an axis, -1 is what is left. */
function view(g: Graph, x: Value, target: readonly number[], shape: Shape): Value {
  return g.op('Reshape', [x, g.integers(target)], shape)
}
