/** The weights of a planned network: as the model has them, or from a cache file in another form. */
import { isCpu, type Target } from '../../onnx/kernels.ts'
import type { OnnxModel } from '../../onnx/model.ts'
import { blockFile } from '../../weights/blocks/block-file.ts'
import { float32File, isMappable } from '../../weights/cached/float32-file.ts'
import type { WeightFile } from '../../weights/cached/weight-file.ts'
import { openWeights } from '../../weights/location.ts'
import { type RecordedSource, recorded } from '../../weights/recorded-source.ts'
import type { StoredTensor } from '../../weights/safetensors.ts'
import type { WeightSource } from '../../weights/source.ts'
import { withTensors } from '../../weights/with-tensors.ts'
import type { NetworkPart } from './parts.ts'

/** Weights that a session may use in the layout of their file, and the file that must be there before it opens. */
export interface WeightUse {
  /** The session maps the weights instead of copying them into the layout that multiplies fastest. */
  readonly isMapped: boolean
  readonly weightFile?: WeightFile
}

export interface PlannedWeights {
  readonly weights: RecordedSource
  readonly use: WeightUse
}

/**
 * build: the network's graph over a source, which tells the tensors that it reads and the matrices of linear layers.
 * Cache files are for float32 on the CPU; a GPU computes in float16 instead. @throws as openWeights and build.
 */
export async function planWeights(
  part: NetworkPart,
  { device, precision = 'float32' }: Target,
  build: (source: WeightSource) => OnnxModel,
): Promise<PlannedWeights> {
  const weights = recorded(await openWeights(part.weights))
  const { cached } = part
  if (cached === undefined || !isCpu({ device }) || precision !== 'float32') {
    return { weights, use: { isMapped: false } }
  }
  const { linearWeights, arrangements } = build(weights)
  const linear = new Set(linearWeights)
  const isMapped = cached.form === 'mapped'
  const isCached = (tensor: StoredTensor) =>
    isMapped ? !isMappable(tensor) || arrangements.has(tensor) : linear.has(tensor)
  const originals = new Map([...weights.found].filter(([, tensor]) => isCached(tensor)))
  const weightFile = isMapped
    ? float32File(cached.file, part.hash, originals, arrangements)
    : blockFile(cached.file, part.hash, originals)
  return {
    weights: { ...withTensors(weights, weightFile.tensors), found: weights.found },
    // Weights in float32 are mapped where they lie, unless the graph arranges them.
    use: { isMapped, ...(originals.size > 0 && { weightFile }) },
  }
}
