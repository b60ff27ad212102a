/** The weights of a planned network: as the model has them, or with those of its linear layers in 8-bit blocks. */
import { isCpu, type Target } from '../../onnx/kernels.ts'
import type { OnnxModel } from '../../onnx/model.ts'
import { type BlockFile, blockFile } from '../../weights/blocks/block-file.ts'
import { openWeights } from '../../weights/location.ts'
import { type RecordedSource, recorded } from '../../weights/recorded-source.ts'
import type { WeightSource } from '../../weights/source.ts'
import { withTensors } from '../../weights/with-tensors.ts'
import type { NetworkPart } from './parts.ts'

export interface PlannedWeights {
  readonly weights: RecordedSource
  /** The file that must be there before a graph over these weights opens. */
  readonly blocks?: BlockFile
}

/**
 * build: the network's graph over a source, which tells the matrices of linear layers.
 * Blocks are for float32 on the CPU; a GPU computes in float16 instead. @throws as openWeights and build.
 */
export async function planWeights(
  part: NetworkPart,
  { device, precision = 'float32' }: Target,
  build: (source: WeightSource) => OnnxModel,
): Promise<PlannedWeights> {
  const weights = recorded(await openWeights(part.weights))
  if (part.blockFile === undefined || !isCpu({ device }) || precision !== 'float32') return { weights }
  const linear = new Set(build(weights).linearWeights)
  const matrices = new Map([...weights.found].filter(([, tensor]) => linear.has(tensor)))
  const blocks = blockFile(part.blockFile, part.hash, matrices)
  return { weights: { ...withTensors(weights, blocks.tensors), found: weights.found }, blocks }
}
