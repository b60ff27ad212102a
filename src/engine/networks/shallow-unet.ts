/**
 * The shallow U-Net: the finest level alone, over the deeper levels' features of an earlier step, which change slowly from
 * step to step (Ma et al. 2023, DeepCache). It is about a fourteenth of the work of SDXL's Base.
 */

import { crossAttnDownBlock } from '../modules/blocks/cross-attn-down-block.ts'
import { crossAttnUpBlock } from '../modules/blocks/cross-attn-up-block.ts'
import { downBlock } from '../modules/blocks/down-block.ts'
import { upBlock } from '../modules/blocks/up-block.ts'
import { conv3x3 } from '../modules/layers/conv.ts'
import { symbol } from '../onnx/dim.ts'
import { type GraphOptions, newGraph } from '../onnx/graph-variants.ts'
import type { OnnxModel } from '../onnx/model.ts'
import { type WeightSource, weightsOf } from '../weights/source.ts'
import type { UNetConfig } from './configs/unet-config.ts'
import { noisyInputs, outputLayers, unetNames } from './unet.ts'

/** The input for the deep features, [batch, channels of the second level, height, width]. */
export const deepFeaturesInput = 'deep_features'

/** The module of the whole U-Net whose output is the input of the finest up block. */
export function deepFeaturesPath({ levels, middleDepth }: UNetConfig): string {
  if (levels.length > 1) return `up_blocks.${levels.length - 2}`
  return middleDepth === undefined ? 'mid_block.resnets.0' : 'mid_block'
}

/** Has the inputs of the whole U-Net, and the deep features. */
export function buildShallowUNet(
  config: UNetConfig,
  source: WeightSource,
  timeIdCount: number,
  options: GraphOptions = {},
): OnnxModel {
  const g = newGraph('shallow unet', options)
  const w = weightsOf(source)
  const { sample, conditioning } = noisyInputs(g, w, config, timeIdCount)
  const [finest, second] = config.levels
  const channels = (second ?? finest).channels
  const shape = [symbol('batch'), channels, symbol('height'), symbol('width')]
  const deep = g.asPicture(g.input(deepFeaturesInput, 'F32', shape))

  const first = conv3x3(g, w.at('conv_in'), sample, finest.channels)
  // The DownSample is omitted, because only the deeper levels need it.
  const down = finest.attentionDown ? crossAttnDownBlock : downBlock
  const results = down(g, w.at('down_blocks', 0), first, conditioning, { ...finest, isCoarsest: true })
  const latestFirst = [first, ...results].reverse()
  const top = w.at('up_blocks', config.levels.length - 1)
  const up = finest.attentionUp ? crossAttnUpBlock : upBlock
  const features = up(g, top, deep, latestFirst, conditioning, finest)
  g.output(unetNames.output, outputLayers(g, w, config, features))
  return g.build()
}
