/**
 * CLIP's text encoders (Radford et al. 2021, section 2.4): token and position embeddings, causal transformer
 * blocks, a final norm, and in the second encoder a projection of the end token's state.
 */

import { clipBlock } from '../modules/attention/clip-block.ts'
import { projection } from '../modules/layers/linear.ts'
import { layerNorm } from '../modules/layers/norm.ts'
import { symbol } from '../onnx/dim.ts'
import type { Graph } from '../onnx/graph.ts'
import { type GraphOptions, newGraph } from '../onnx/graph-variants.ts'
import type { OnnxModel, Value } from '../onnx/model.ts'
import type { Tensor } from '../onnx/session.ts'
import { type WeightSource, weightsOf } from '../weights/source.ts'
import type { ClipConfig } from './configs/clip-config.ts'

export const clipNames = {
  /** int32 [rows, positions] */
  ids: 'input_ids',
  /** [rows, positions, 1]: 0 where a vector replaces the token's own embedding, else 1. */
  kept: 'kept_embeddings',
  /** [rows, positions, hiddenSize]: those vectors, and zeros elsewhere (Gal et al. 2022, textual inversion). */
  vectors: 'vectors',
  /** [rows, positions, hiddenSize]: 0 is the embeddings, n the output of block n. */
  hidden: (layer: number) => `hidden_states.${layer}`,
  /** The last block's output after the final norm. */
  last: 'last_hidden_state',
  /** [rows, projectionSize], only with a projection. */
  pooled: 'text_embeds',
} as const

/** A vector that replaces a token's own embedding: an index into the ids, and hiddenSize values. */
export interface PlacedVector {
  readonly place: number
  readonly vector: Float32Array
}

/** The graph's inputs for complete rows of ids. */
export function clipInput(
  ids: Int32Array,
  { positions, hiddenSize }: Pick<ClipConfig, 'positions' | 'hiddenSize'>,
  placed: readonly PlacedVector[] = [],
): Record<string, Tensor> {
  const rows = ids.length / positions
  const kept = new Float32Array(ids.length).fill(1)
  const vectors = new Float32Array(ids.length * hiddenSize)
  for (const { place, vector } of placed) {
    kept[place] = 0
    vectors.set(vector, place * hiddenSize)
  }
  return {
    [clipNames.ids]: { data: ids, shape: [rows, positions] },
    [clipNames.kept]: { data: kept, shape: [rows, positions, 1] },
    [clipNames.vectors]: { data: vectors, shape: [rows, positions, hiddenSize] },
  }
}

export function buildClip(config: ClipConfig, source: WeightSource, options: GraphOptions = {}): OnnxModel {
  const g = newGraph('text encoder', options)
  const w = weightsOf(source).at('text_model')
  const { hiddenSize, positions } = config
  const rows = symbol('rows')
  const ids = g.input(clipNames.ids, 'I32', [rows, positions])
  const kept = g.input(clipNames.kept, 'F32', [rows, positions, 1])
  const vectors = g.input(clipNames.vectors, 'F32', [rows, positions, hiddenSize])

  const tokens = g.weight(
    w.at('embeddings', 'token_embedding').tensor('weight', [config.vocabulary, hiddenSize]),
  )
  const places = g.weight(w.at('embeddings', 'position_embedding').tensor('weight', [positions, hiddenSize]))
  const embedded = g.add(g.mul(g.gather(tokens, ids), kept), vectors)
  let h = g.add(embedded, places) // [rows, positions, hiddenSize]
  g.output(clipNames.hidden(0), h)
  for (let layer = 0; layer < config.layers; layer++) {
    h = clipBlock(g, w.at('encoder', 'layers', layer), h, config.block)
    g.output(clipNames.hidden(layer + 1), h)
  }
  h = layerNorm(g, w.at('final_layer_norm'), h, config.block.epsilon)
  g.output(clipNames.last, h)
  if (config.projectionSize !== undefined) {
    const end = endState(g, h, ids, config)
    g.output(
      clipNames.pooled,
      projection(g, weightsOf(source).at('text_projection'), end, config.projectionSize),
    )
  }
  return g.build()
}

/** The state of each row's end token. states: [rows, positions, C] → [rows, C]. */
function endState(g: Graph, states: Value, ids: Value, { pooledAt }: ClipConfig): Value {
  const scores = pooledAt === 'first-highest-id' ? ids : g.equals(ids, pooledAt.id)
  return g.pickRows(states, g.firstMaximum(scores))
}
