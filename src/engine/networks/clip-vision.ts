/**
 * CLIP's image encoder (Radford et al. 2021; a vision transformer): patches and a class token, transformer blocks, and a
 * projection of the class token's state.
 */
import { clipBlock } from '../modules/attention/clip-block.ts'
import { projection } from '../modules/layers/linear.ts'
import { layerNorm } from '../modules/layers/norm.ts'
import { patchEmbedding } from '../modules/layers/patch-embedding.ts'
import { type GraphOptions, newGraph } from '../onnx/graph-variants.ts'
import type { OnnxModel } from '../onnx/model.ts'
import { type WeightSource, weightsOf } from '../weights/source.ts'
import type { ClipVisionConfig } from './configs/clip-vision-config.ts'

export const clipVisionNames = {
  /** [1, 3, sidePx, sidePx], normalised */
  pixels: 'pixel_values',
  /** [1, places, hiddenSize]: the penultimate block's output */
  hidden: 'hidden_states',
  /** [1, projectionSize] */
  embeds: 'image_embeds',
} as const

/** The number of positions: the patches of a picture and the class token. */
export function placesOf({ sidePx, patchPx }: ClipVisionConfig): number {
  return (sidePx / patchPx) ** 2 + 1
}

/** One picture at a time. */
export function buildClipVision(
  config: ClipVisionConfig,
  source: WeightSource,
  options: GraphOptions = {},
): OnnxModel {
  const g = newGraph('image encoder', options)
  const w = weightsOf(source).at('vision_model')
  const { sidePx, patchPx, hiddenSize, block, layers } = config
  const pixels = g.input(clipVisionNames.pixels, 'F32', [1, 3, sidePx, sidePx])

  const embeddings = w.at('embeddings')
  const patches = patchEmbedding(g, embeddings.at('patch_embedding'), pixels, patchPx, hiddenSize)
  const classToken = g.weight(embeddings.tensor('class_embedding', [hiddenSize]), [1, 1, hiddenSize])
  const places = g.weight(
    embeddings.at('position_embedding').tensor('weight', [placesOf(config), hiddenSize]),
  )
  let h = g.add(g.concat(1, classToken, patches), places) // [1, places, hiddenSize]
  h = layerNorm(g, w.at('pre_layrnorm'), h, block.epsilon)
  for (let layer = 0; layer < layers; layer++) {
    if (layer === layers - 1) g.output(clipVisionNames.hidden, h)
    h = clipBlock(g, w.at('encoder', 'layers', layer), h, block)
  }
  const state = g.reshape(g.gather(h, g.integers([0]), 1), [1, hiddenSize])
  const pooled = layerNorm(g, w.at('post_layernorm'), state, block.epsilon)
  const embeds = projection(g, weightsOf(source).at('visual_projection'), pooled, config.projectionSize)
  g.output(clipVisionNames.embeds, embeds)
  return g.build()
}
