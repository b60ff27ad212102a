/** Quantisation of matrices in blocks of 8-bit integers, as MatMulNBits reads them (onnxruntime, ContribOperators.md). */

/** Values of a row that share a scale. Measured: docs/decisions/0013. */
export const blockSize = 128

/** The integer that stands for zero. */
const zeroPoint = 128
/** The maximum distance from it, the same in both directions. */
const maxSteps = 127

export interface QuantisedRows {
  /** [rows, blocks, blockSize]; the end of a row that fills no block is zero. */
  readonly integers: Uint8Array
  /** [rows · blocks] */
  readonly scales: Float32Array
}

/** Blocks in a row. */
export function blocksOf(columns: number): number {
  return Math.ceil(columns / blockSize)
}

/**
 * w ≈ scale · (integer - 128), with scale = max |w| / 127 over each block, so that an error is at most half a scale.
 * values: [rows, columns], finite.
 */
export function quantiseRows(values: ArrayLike<number>, rows: number, columns: number): QuantisedRows {
  const perRow = blocksOf(columns)
  const integers = new Uint8Array(rows * perRow * blockSize).fill(zeroPoint)
  const scales = new Float32Array(rows * perRow)
  for (let block = 0; block < scales.length; block++) {
    const row = Math.floor(block / perRow)
    const first = row * columns + (block % perRow) * blockSize
    const end = Math.min(first + blockSize, (row + 1) * columns)
    let largest = 0
    for (let i = first; i < end; i++) largest = Math.max(largest, Math.abs(values[i] ?? 0))
    if (largest === 0) continue
    const scale = Math.fround(largest / maxSteps)
    // A block so small that its scale underflows in float32 becomes zero.
    if (scale === 0) continue
    scales[block] = scale
    const to = block * blockSize - first
    for (let i = first; i < end; i++) integers[to + i] = zeroPoint + Math.round((values[i] ?? 0) / scale)
  }
  return { integers, scales }
}
