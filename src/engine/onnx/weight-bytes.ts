/** The memory of a graph's weights, computed before it is opened. */
import type { OnnxModel } from './model.ts'
import type { OnnxPath } from './session.ts'

/** Loading a session needs this many times the size of its weights: measured at full size, docs/benchmarks.md. */
const openingFactor = 1.15

/** The size of the weights in the type of the arithmetic. */
export function weightBytesOf(graph: OnnxModel | OnnxPath): number {
  return graph.weightBytes
}

/** The memory for loading them. */
export function openingBytesOf(weightBytes: number): number {
  return openingFactor * weightBytes
}
