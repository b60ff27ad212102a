/**
 * The VAE (KL-f8): the encoder, from pictures to the moments of their latents, and the decoder, back to pictures.
 * Both have ResNetBlocks per level and, at the coarsest, a mid block, usually with attention over the whole picture.
 */

import { pictureAttention } from '../modules/attention/picture-attention.ts'
import { resNetBlock } from '../modules/blocks/res-net-block.ts'
import { conv1x1, conv3x3 } from '../modules/layers/conv.ts'
import { downSample, paddingRightBottom } from '../modules/layers/down-sample.ts'
import { gsc } from '../modules/layers/gsc.ts'
import { upSample } from '../modules/layers/up-sample.ts'
import { module } from '../modules/shared/module.ts'
import { symbol } from '../onnx/dim.ts'
import { type GraphOptions, newGraph } from '../onnx/graph-variants.ts'
import type { OnnxModel } from '../onnx/model.ts'
import { type WeightSource, weightsOf } from '../weights/source.ts'
import { rgbChannels, type VaeConfig } from './configs/vae-config.ts'

export const vaeNames = { input: 'sample', output: 'out_sample' } as const

/** sample [batch, 3, H, W] in -1..1 → [batch, 8, H/8, W/8]: mean, then log variance. */
export function buildVaeEncoder(
  config: VaeConfig,
  source: WeightSource,
  options: GraphOptions = {},
): OnnxModel {
  const g = newGraph('vae encoder', options)
  const w = weightsOf(source)
  const shape = [symbol('batch'), rgbChannels, symbol('height'), symbol('width')]
  const pictures = g.asPicture(g.input(vaeNames.input, 'F32', shape))
  const moments = 2 * config.latentChannels

  let h = conv3x3(g, w.at('encoder', 'conv_in'), pictures, config.channels[0])
  for (const [i, channels] of config.channels.entries()) {
    const isCoarsest = i === config.channels.length - 1
    h = encoderLevel(g, w.at('encoder', 'down_blocks', i), h, channels, isCoarsest, config)
  }
  h = midBlock(g, w.at('encoder', 'mid_block'), h, config)
  h = gsc(g, w.at('encoder', 'conv_norm_out'), w.at('encoder', 'conv_out'), h, moments, config.norm)
  if (config.quantConv) h = conv1x1(g, w.at('quant_conv'), h, moments)
  g.output(vaeNames.output, g.channelsFirst(h))
  return g.build()
}

/** sample [batch, 4, h, w], latents divided by the scaling factor → [batch, 3, 8h, 8w] in about -1..1. */
export function buildVaeDecoder(
  config: VaeConfig,
  source: WeightSource,
  options: GraphOptions = {},
): OnnxModel {
  const g = newGraph('vae decoder', options)
  const w = weightsOf(source)
  const shape = [symbol('batch'), config.latentChannels, symbol('height'), symbol('width')]
  const latents = g.asPicture(g.input(vaeNames.input, 'F32', shape))

  let h = config.postQuantConv ? conv1x1(g, w.at('post_quant_conv'), latents, config.latentChannels) : latents
  h = conv3x3(g, w.at('decoder', 'conv_in'), h, config.channels.at(-1) ?? config.channels[0])
  h = midBlock(g, w.at('decoder', 'mid_block'), h, config)
  for (const [i, channels] of config.channels.toReversed().entries()) {
    const isFinest = i === config.channels.length - 1
    h = decoderLevel(g, w.at('decoder', 'up_blocks', i), h, channels, isFinest, config)
  }
  h = gsc(g, w.at('decoder', 'conv_norm_out'), w.at('decoder', 'conv_out'), h, rgbChannels, config.norm)
  g.output(vaeNames.output, g.channelsFirst(h))
  return g.build()
}

/** Pixels per latent along a side. */
export function vaeFactor(config: VaeConfig): number {
  return 2 ** (config.channels.length - 1)
}

/** x: [B, C, H, W] → [B, channels, H/2, W/2], or without halving at the coarsest level. */
const encoderLevel = module((g, w, x, channels: number, isCoarsest: boolean, { layers, norm }: VaeConfig) => {
  let h = x
  for (let i = 0; i < layers; i++) h = resNetBlock(g, w.at('resnets', i), h, channels, norm)
  return isCoarsest ? h : downSample(g, w.at('downsamplers', 0), h, paddingRightBottom)
})

/** x: [B, C, H, W] → [B, channels, 2H, 2W], or without doubling at the finest level. */
const decoderLevel = module((g, w, x, channels: number, isFinest: boolean, { layers, norm }: VaeConfig) => {
  let h = x
  for (let i = 0; i < layers + 1; i++) h = resNetBlock(g, w.at('resnets', i), h, channels, norm)
  return isFinest ? h : upSample(g, w.at('upsamplers', 0), h)
})

/** x: [B, C, H, W] → same. */
const midBlock = module((g, w, x, { channels, norm, midAttention }: VaeConfig) => {
  const width = channels.at(-1) ?? channels[0]
  let h = resNetBlock(g, w.at('resnets', 0), x, width, norm)
  if (midAttention) h = pictureAttention(g, w.at('attentions', 0), h, norm)
  return resNetBlock(g, w.at('resnets', 1), h, width, norm)
})
