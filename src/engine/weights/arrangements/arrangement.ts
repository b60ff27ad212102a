/** The arrangements of weights for faster formulas. A cache file may have them; otherwise a session computes them when it opens. */
import type { DType } from '../dtype.ts'
import type { StoredTensor } from '../safetensors.ts'
import { kroneckerSquare, type Matrix, type TileSide, winogradTransforms } from './winograd-transforms.ts'

interface ArrangementRule {
  /** `shape`: the shape of the weight in the network. */
  readonly shapeOf: (shape: readonly number[]) => readonly number[]
  readonly arrange: (values: Float32Array, shape: readonly number[]) => Float32Array
}

export const arrangements = {
  /** G g Gᵀ of each kernel of 3×3, for tiles of 2×2 pixels: [out, in, 3, 3] → [16, out, in]. */
  'winograd-kernels-2': winogradKernels(2),
  /** The same for tiles of 4×4 pixels: [36, out, in]. */
  'winograd-kernels-4': winogradKernels(4),
  /** The square blocks of a wide matrix, from left to right: [C, n·C] → [n, C, C]. */
  'square-blocks': {
    shapeOf: ([rows = 0, columns = 0]) => [columns / rows, rows, rows],
    arrange: squareBlocks,
  },
} as const satisfies Record<string, ArrangementRule>

export type Arrangement = keyof typeof arrangements

/** The stored tensor in the shape of its arrangement. */
export function asArranged(tensor: StoredTensor, arrangement: Arrangement): StoredTensor {
  const { name, dtype, file, offset, length, shape } = tensor
  return { name, dtype, file, offset, length, shape: arrangements[arrangement].shapeOf(shape) }
}

/** One of `count` equal slices along the first axis. Precondition: isUpright. */
export function sliceOf(tensor: StoredTensor, index: number, count: number): StoredTensor {
  const [rows = 0, ...rest] = tensor.shape
  const length = tensor.length / count
  return {
    ...tensor,
    name: `${tensor.name}/${index}`,
    shape: [rows / count, ...rest],
    offset: tensor.offset + index * length,
    length,
  }
}

/** The types that the runtime's Gather supports: no float8. */
const cuttable: readonly DType[] = ['F32', 'F16', 'BF16', 'F64']

/** Whether a graph can slice the stored tensor. */
export function isCuttable(tensor: StoredTensor): boolean {
  return isUpright(tensor) && cuttable.includes(tensor.dtype)
}

/** Whether the file holds the tensor's own values in the order of its shape. */
export function isUpright({ isTransposed, scale, blockScales, arrangement }: StoredTensor): boolean {
  return !isTransposed && !scale && !blockScales && !arrangement
}

function winogradKernels(side: TileSide): ArrangementRule {
  const transform = kroneckerSquare(winogradTransforms[side].kernel)
  return {
    shapeOf: ([out = 0, channels = 0]) => [transform.length, out, channels],
    arrange: (values, [out = 0, channels = 0]) => transformedKernels(values, out * channels, transform),
  }
}

/** Each row of the matrix times each kernel. values: [kernels, 9] → [rows, kernels]. */
function transformedKernels(values: Float32Array, kernels: number, transform: Matrix): Float32Array {
  const transformed = new Float32Array(transform.length * kernels)
  for (const [position, row] of transform.entries()) {
    for (let kernel = 0; kernel < kernels; kernel++) {
      let sum = 0
      for (let i = 0; i < 9; i++) sum += (row[i] ?? 0) * (values[9 * kernel + i] ?? 0)
      transformed[position * kernels + kernel] = sum
    }
  }
  return transformed
}

function squareBlocks(values: Float32Array, [rows = 0, columns = 0]: readonly number[]): Float32Array {
  const blocks = new Float32Array(values.length)
  for (let block = 0; block * rows < columns; block++) {
    for (let row = 0; row < rows; row++) {
      const start = row * columns + block * rows
      blocks.set(values.subarray(start, start + rows), (block * rows + row) * rows)
    }
  }
  return blocks
}
