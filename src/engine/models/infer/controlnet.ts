/** Infers a ControlNet's configuration from the names and shapes of its weights. */
import type { WeightSource } from '../../weights/source.ts'
import { inferUNetConfig } from './unet.ts'
import { countWhile, hasTensor, type Json, shapeIn } from './weights-view.ts'

/** The configuration in diffusers' format, without the width of a time id, which is that of the controlled U-Net. */
export function inferControlNetConfig(source: WeightSource): Json {
  const {
    out_channels: _out,
    up_block_types: _types,
    reverse_transformer_layers_per_block: _up,
    transformer_layers_per_block: depths,
    ...encoder
  } = inferUNetConfig(source)
  const embedding = 'controlnet_cond_embedding'
  const [firstWidth = 0, pictureChannels = 0] = shapeIn(source, `${embedding}.conv_in.weight`)
  // Two convolutions per halving, the second of them to the next width.
  const last = (halving: number) => `${embedding}.blocks.${2 * halving + 1}.weight`
  const halvings = countWhile(i => hasTensor(source, last(i)))
  const widths = Array.from({ length: halvings }, (_, i) => shapeIn(source, last(i))[0] ?? 0)
  return {
    ...encoder,
    transformer_layers_per_block: Array.isArray(depths) ? depths.map(evenDepth) : depths,
    conditioning_channels: pictureChannels,
    conditioning_embedding_out_channels: [firstWidth, ...widths],
  }
}

/** A level's transformers have equal depths: one number, as in diffusers. */
function evenDepth(depths: unknown): unknown {
  return Array.isArray(depths) && depths.every(depth => depth === depths[0]) ? depths[0] : depths
}
