/** Infers a text encoder's configuration from the names and shapes of its weights. */
import type { WeightSource } from '../../weights/source.ts'
import { countWhile, hasTensor, type Json, shapeIn } from './weights-view.ts'

/** Channels of one attention head, in every CLIP. */
const headChannels = 64

/**
 * The configuration in transformers' format. The weights do not show the activation: OpenAI's CLIP uses quick GELU, and SDXL's
 * OpenCLIP encoder uses the exact GELU.
 */
export function inferClipConfig(source: WeightSource, activation: 'quick_gelu' | 'gelu'): Json {
  const layer = (i: number) => `text_model.encoder.layers.${i}.mlp.fc1.weight`
  const [vocabulary = 0, hiddenSize = 0] = shapeIn(source, 'text_model.embeddings.token_embedding.weight')
  return {
    ...projectionOf(source),
    vocab_size: vocabulary,
    hidden_size: hiddenSize,
    max_position_embeddings: shapeIn(source, 'text_model.embeddings.position_embedding.weight')[0] ?? 0,
    intermediate_size: shapeIn(source, layer(0))[0] ?? 0,
    num_hidden_layers: countWhile(i => hasTensor(source, layer(i))),
    num_attention_heads: Math.max(1, Math.floor(hiddenSize / headChannels)),
    hidden_act: activation,
  }
}

/** The config keys for the projection of the pooled text and its width. */
export function projectionOf(source: WeightSource): Json {
  const [width] = shapeIn(source, 'text_projection.weight')
  return width === undefined
    ? { architectures: ['CLIPTextModel'] }
    : { architectures: ['CLIPTextModelWithProjection'], projection_dim: width }
}
