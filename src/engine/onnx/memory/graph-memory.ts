/** The memory of a graph's weights, computed before it is opened. */
import { isCpu } from '../graph-variants.ts'
import type { OnnxModel } from '../model.ts'
import type { OnnxPath } from '../session.ts'

export interface GraphMemory {
  /** The weights in the type of the arithmetic. */
  readonly weightBytes: number
  /** The maximum memory while the weights are read. */
  readonly openingBytes: number
}

/**
 * The runtime rearranges the kernels of convolutions while the session opens, and holds both until all are rearranged. Measured at
 * full size (docs/benchmarks.md): 11.8 GB for the Base's U-Net, with 10.3 GB of weights and 1.3 GB of them in convolutions.
 */
const besideKernels = 0.02

/** The share of convolutions in a foreign graph, which does not tell: that of SDXL's Refiner, the largest of its networks. */
const foreignKernels = 0.36

/** The figures of a graph, or of a part of its weights. */
export type WeightFigures = Pick<OnnxModel, 'weightBytes' | 'kernelBytes' | 'cutBytes'>

/**
 * The memory of a graph's weights on a device. A graphics card holds them once, because the runtime rearranges weights in the host's
 * memory.
 */
export function memoryOf(graph: WeightFigures | OnnxPath, device?: string): GraphMemory {
  const { weightBytes } = graph
  if (!isCpu({ device })) return { weightBytes, openingBytes: weightBytes }
  const heldTwiceBytes = 'path' in graph ? foreignKernels * weightBytes : graph.kernelBytes + graph.cutBytes
  return { weightBytes, openingBytes: weightBytes + heldTwiceBytes + besideKernels * weightBytes }
}
