/** Infers a VAE's configuration from the names and shapes of its weights. */
import { AppError } from '../../../errors/errors.ts'
import type { WeightSource } from '../../weights/source.ts'
import { countWhile, hasTensor, type Json, shapeIn } from './weights-view.ts'

/** SDXL's values: no weight tells the scaling of latents or the VAE's training size. */
const scalingFactor = 0.13025
const sampleSize = 1024

/** Half a VAE, an encoder or a decoder alone, lacks one of these. */
const needed = ['encoder.conv_in.weight', 'decoder.conv_in.weight'] as const

/** The configuration in diffusers' format. @throws AppError 'model-file' when the encoder or the decoder is missing. */
export function inferVaeConfig(source: WeightSource): Json {
  const tensor = needed.find(name => !hasTensor(source, name))
  if (tensor !== undefined) {
    throw new AppError('model-file', { file: source.place, problem: { what: 'tensor-missing', tensor } })
  }
  const block = (level: number, layer = 0) => `encoder.down_blocks.${level}.resnets.${layer}.conv1.weight`
  const levels = countWhile(level => hasTensor(source, block(level)))
  const all = Array.from({ length: levels }, (_, level) => level)
  return {
    in_channels: shapeIn(source, 'encoder.conv_in.weight')[1] ?? 0,
    out_channels: shapeIn(source, 'decoder.conv_out.weight')[0] ?? 0,
    latent_channels: shapeIn(source, 'decoder.conv_in.weight')[1] ?? 0,
    block_out_channels: all.map(level => shapeIn(source, block(level))[0] ?? 0),
    down_block_types: all.map(() => 'DownEncoderBlock2D'),
    up_block_types: all.map(() => 'UpDecoderBlock2D'),
    layers_per_block: countWhile(layer => hasTensor(source, block(0, layer))),
    use_quant_conv: hasTensor(source, 'quant_conv.weight'),
    use_post_quant_conv: hasTensor(source, 'post_quant_conv.weight'),
    scaling_factor: scalingFactor,
    sample_size: sampleSize,
  }
}
