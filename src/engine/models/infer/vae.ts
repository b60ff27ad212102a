/** Infers a VAE's configuration from the names and shapes of its weights. */
import { rgbChannels } from '../../networks/configs/vae-config.ts'
import type { WeightSource } from '../../weights/source.ts'
import { countWhile, hasTensor, type Json, shapeIn } from './weights-view.ts'

/** SDXL's values, because the weights do not show the scaling of latents or the VAE's training size. */
const scalingFactor = 0.13025
const sampleSize = 1024

/** The configuration in diffusers' format. The decoder gives the levels of a file that has no encoder. */
export function inferVaeConfig(source: WeightSource): Json {
  const down = (level: number, layer = 0) => `encoder.down_blocks.${level}.resnets.${layer}.conv1.weight`
  const up = (level: number, layer = 0) => `decoder.up_blocks.${level}.resnets.${layer}.conv1.weight`
  const hasEncoder = hasTensor(source, down(0))
  const levels = countWhile(level => hasTensor(source, hasEncoder ? down(level) : up(level)))
  const widthOf = (level: number) => shapeIn(source, hasEncoder ? down(level) : up(levels - 1 - level))[0]
  const all = Array.from({ length: levels }, (_, level) => level)
  return {
    in_channels: shapeIn(source, 'encoder.conv_in.weight')[1] ?? rgbChannels,
    out_channels: shapeIn(source, 'decoder.conv_out.weight')[0] ?? rgbChannels,
    latent_channels: shapeIn(source, 'decoder.conv_in.weight')[1] ?? 0,
    block_out_channels: all.map(level => widthOf(level) ?? 0),
    down_block_types: all.map(() => 'DownEncoderBlock2D'),
    up_block_types: all.map(() => 'UpDecoderBlock2D'),
    // A level of the decoder has one more ResNetBlock.
    layers_per_block: hasEncoder
      ? countWhile(layer => hasTensor(source, down(0, layer)))
      : countWhile(layer => hasTensor(source, up(0, layer))) - 1,
    use_quant_conv: hasTensor(source, 'quant_conv.weight'),
    use_post_quant_conv: hasTensor(source, 'post_quant_conv.weight'),
    scaling_factor: scalingFactor,
    sample_size: sampleSize,
  }
}
