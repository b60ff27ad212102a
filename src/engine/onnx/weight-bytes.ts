/** Owns how much memory a graph's weights take, before it is opened. */
import type { OnnxModel } from './model.ts'
import type { OnnxPath } from './session.ts'

/** Loading a session takes this many times its weights: measured at full size, docs/benchmarks.md. */
const openingFactor = 1.15

/** Of the weights in the type that they run in. */
export function weightBytesOf(graph: OnnxModel | OnnxPath): number {
  return graph.weightBytes
}

/** What loading them needs while it lasts. */
export function openingBytesOf(weightBytes: number): number {
  return openingFactor * weightBytes
}
