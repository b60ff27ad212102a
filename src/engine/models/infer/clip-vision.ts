/** Infers an image encoder's configuration from the names and shapes of its weights. */
import type { WeightSource } from '../../weights/source.ts'
import { countWhile, hasTensor, type Json, shapeIn } from './weights-view.ts'

/** Attention heads by width, because the weights do not show them: 12 in ViT-B, 16 in all larger models. */
const headsByWidth: Readonly<Record<number, number>> = { 768: 12, 1024: 16, 1280: 16, 1408: 16, 1664: 16 }
/** Channels of a head in smaller models. */
const headChannels = 64
/** OpenAI's ViT-L uses quick GELU; the OpenCLIP encoders of IP-Adapters use the exact GELU. */
const openAiWidth = 1024

/** The configuration in transformers' format. */
export function inferClipVisionConfig(source: WeightSource): Json {
  const layer = (i: number) => `vision_model.encoder.layers.${i}.mlp.fc1.weight`
  const [hiddenSize = 0, , patchSize = 0] = shapeIn(source, 'vision_model.embeddings.patch_embedding.weight')
  const [places = 0] = shapeIn(source, 'vision_model.embeddings.position_embedding.weight')
  return {
    hidden_size: hiddenSize,
    patch_size: patchSize,
    image_size: Math.round(Math.sqrt(Math.max(0, places - 1))) * patchSize,
    intermediate_size: shapeIn(source, layer(0))[0] ?? 0,
    num_hidden_layers: countWhile(i => hasTensor(source, layer(i))),
    num_attention_heads: headsByWidth[hiddenSize] ?? Math.max(1, Math.floor(hiddenSize / headChannels)),
    hidden_act: hiddenSize === openAiWidth ? 'quick_gelu' : 'gelu',
    projection_dim: shapeIn(source, 'visual_projection.weight')[0] ?? 0,
  }
}
