/** The weights of a planned network: as the model has them, or from a cache file in another form. */
import { isCpu, type Target } from '../../onnx/graph-variants.ts'
import type { OnnxModel } from '../../onnx/model.ts'
import type { Arrangement } from '../../weights/arrangements/arrangement.ts'
import { float32File, isMappable } from '../../weights/cached/float32-file.ts'
import type { WeightFile } from '../../weights/cached/weight-file.ts'
import { openWeights } from '../../weights/layouts/location.ts'
import { quantisedFile } from '../../weights/quantised/quantised-file.ts'
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
 * `build`: the network's graph over a source, which states the tensors that it reads and the matrices of linear layers.
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
  const linear = new Set(build(weights).linearWeights)
  const isMapped = cached.form === 'mapped'
  const weightFile = isMapped
    ? mappedFile(cached.file, part.hash, weights, build)
    : quantisedFile(
        cached.file,
        part.hash,
        only(weights.found, (_, tensor) => linear.has(tensor)),
      )
  return {
    weights: { ...withTensors(weights, weightFile.tensors), found: weights.found },
    // Weights in float32 are mapped where they lie, unless the graph arranges them.
    use: { isMapped, ...(weightFile.originals.size > 0 && { weightFile }) },
  }
}

/** The cache file of the tensors that a session cannot map in place, and of those that the graph arranges. `weights` has recorded all. */
function mappedFile(
  file: string,
  hash: string,
  weights: RecordedSource,
  build: (source: WeightSource) => OnnxModel,
): WeightFile {
  const converted = float32File(
    file,
    hash,
    only(weights.found, (_, tensor) => !isMappable(tensor)),
  ).tensors
  // The graph's arrangements depend on the tensors that it finds. Converted tensors have the order of their shape.
  const { arrangements } = build(withTensors(weights, converted))
  const arranged = new Map<string, Arrangement>()
  for (const [name, tensor] of [...weights.found, ...converted]) {
    const arrangement = arrangements.get(tensor)
    if (arrangement) arranged.set(name, arrangement)
  }
  const originals = only(weights.found, (name, tensor) => !isMappable(tensor) || arranged.has(name))
  return float32File(file, hash, originals, arranged)
}

function only(
  tensors: ReadonlyMap<string, StoredTensor>,
  isWanted: (name: string, tensor: StoredTensor) => boolean,
): ReadonlyMap<string, StoredTensor> {
  return new Map([...tensors].filter(([name, tensor]) => isWanted(name, tensor)))
}
