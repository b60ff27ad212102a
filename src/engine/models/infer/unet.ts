/** Infers a U-Net's configuration from the names and shapes of its weights, for files without a config.json. */
import type { WeightSource } from '../../weights/source.ts'
import { countWhile, hasTensor, type Json, shapeIn } from './weights-view.ts'

/** Channels of one attention head, in SDXL and all models derived from it. */
const headChannels = 64

/** Depths of a block's transformers, one per ResNetBlock; empty without attention. */
type BlockDepths = readonly number[]

/**
 * The configuration in diffusers' format, without two values that the weights do not contain: the width of a time id
 * (`addition_time_embed_dim`), which follows from the text encoders, and the training size.
 */
export function inferUNetConfig(source: WeightSource): Json {
  const block = (path: string) => `${path}.resnets.0.conv1.weight`
  const levels = countWhile(level => hasTensor(source, block(`down_blocks.${level}`)))
  const layers = countWhile(layer => hasTensor(source, `down_blocks.0.resnets.${layer}.conv1.weight`))
  const all = Array.from({ length: levels }, (_, level) => level)
  const channels = all.map(level => shapeIn(source, block(`down_blocks.${level}`))[0] ?? 0)
  const down = all.map(level => depthsIn(source, `down_blocks.${level}`, layers))
  const up = all.map(level => depthsIn(source, `up_blocks.${level}`, layers + 1))
  const [middle] = depthsIn(source, 'mid_block', 1)
  const attention = firstAttention(down, up, middle)
  return {
    in_channels: shapeIn(source, 'conv_in.weight')[1] ?? 0,
    out_channels: shapeIn(source, 'conv_out.weight')[0] ?? 0,
    block_out_channels: channels,
    down_block_types: down.map(list => (list.length > 0 ? 'CrossAttnDownBlock2D' : 'DownBlock2D')),
    up_block_types: up.map(list => (list.length > 0 ? 'CrossAttnUpBlock2D' : 'UpBlock2D')),
    mid_block_type: middle === undefined ? 'UNetMidBlock2D' : 'UNetMidBlock2DCrossAttn',
    layers_per_block: layers,
    attention_head_dim: channels.map(width => Math.max(1, Math.floor(width / headChannels))),
    transformer_layers_per_block: down.map(orOne),
    reverse_transformer_layers_per_block: up.map(orOne),
    ...(middle !== undefined && { mid_transformer_layers: middle }),
    cross_attention_dim: shapeIn(source, `${attention}.transformer_blocks.0.attn2.to_k.weight`)[1] ?? 0,
    use_linear_projection: shapeIn(source, `${attention}.proj_in.weight`).length === 2,
    addition_embed_type: hasTensor(source, 'add_embedding.linear_1.weight') ? 'text_time' : null,
    projection_class_embeddings_input_dim: shapeIn(source, 'add_embedding.linear_1.weight')[1] ?? 0,
  }
}

function depthsIn(source: WeightSource, block: string, layers: number): BlockDepths {
  const attentions = countWhile(i => i < layers && hasTensor(source, `${block}.attentions.${i}.norm.weight`))
  return Array.from({ length: attentions }, (_, i) =>
    countWhile(depth =>
      hasTensor(source, `${block}.attentions.${i}.transformer_blocks.${depth}.norm1.weight`),
    ),
  )
}

/** The path of any SpatialTransformer with a block; empty if there is none. */
function firstAttention(
  down: readonly BlockDepths[],
  up: readonly BlockDepths[],
  middle: number | undefined,
): string {
  if (middle) return 'mid_block.attentions.0'
  for (const [way, blocks] of [
    ['down_blocks', down],
    ['up_blocks', up],
  ] as const) {
    for (const [level, depths] of blocks.entries()) {
      const i = depths.findIndex(depth => depth > 0)
      if (i >= 0) return `${way}.${level}.attentions.${i}`
    }
  }
  return ''
}

/** diffusers writes 1 for a level without attention. */
function orOne(depths: BlockDepths): number | BlockDepths {
  return depths.length > 0 ? depths : 1
}
