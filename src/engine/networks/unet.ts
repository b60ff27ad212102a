/**
 * The U-Net: blocks in the paper's order, driven by its config (Podell et al. 2023, section 2; Base and Refiner).
 * Down: per level ResNetBlocks, with SpatialTransformers if the config has them, then a DownSample; every result is a skip
 * tensor. Mid: ResNetBlock, SpatialTransformer, ResNetBlock. Up: the same levels in reverse, with one more ResNetBlock each;
 * every ResNetBlock takes one skip tensor, and an UpSample gives the sides of the next skip tensor.
 */

import type { Context } from '../modules/attention/cross-attention.ts'
import { crossAttnDownBlock } from '../modules/blocks/cross-attn-down-block.ts'
import { crossAttnMidBlock } from '../modules/blocks/cross-attn-mid-block.ts'
import { crossAttnUpBlock } from '../modules/blocks/cross-attn-up-block.ts'
import { downBlock } from '../modules/blocks/down-block.ts'
import { resNetBlock } from '../modules/blocks/res-net-block.ts'
import { upBlock } from '../modules/blocks/up-block.ts'
import { conv3x3 } from '../modules/layers/conv.ts'
import { groupNormSilu } from '../modules/layers/norm.ts'
import { sinusoids, timeEmbedding } from '../modules/layers/time-embedding.ts'
import type { BlockConditioning } from '../modules/shared/level.ts'
import { symbol, times } from '../onnx/dim.ts'
import type { Graph } from '../onnx/graph.ts'
import { type GraphOptions, newGraph } from '../onnx/graph-variants.ts'
import type { OnnxModel, Value } from '../onnx/model.ts'
import { type WeightSource, type Weights, weightsOf } from '../weights/source.ts'
import type { UNetConfig } from './configs/unet-config.ts'
import { imagePromptInputs } from './image-prompts.ts'
import { addResiduals, residualInputs, residualSpecs } from './residuals.ts'
import { textProjectionInput, textProjectionsOf } from './text-projections.ts'

/** The names of the graph's inputs and output. */
export const unetNames = {
  /** [batch, inChannels, height, width] */
  sample: 'sample',
  /** [batch] */
  timestep: 'timestep',
  /** [batch, tokens, contextWidth] */
  context: 'encoder_hidden_states',
  /** [batch, pooledWidth] */
  pooled: 'text_embeds',
  /** [batch, timeIdCount] */
  timeIds: 'time_ids',
  /** [batch, outChannels, height, width] */
  output: 'out_sample',
} as const

export interface UNetOptions extends GraphOptions {
  /** The weights of one IP-Adapter per image prompt of the graph. */
  readonly imagePrompts?: readonly WeightSource[]
  /** The graph gives the text projections, and takes those of an earlier call instead of the text. */
  readonly takesTextProjections?: boolean
}

/**
 * The U-Net as a graph. Sizes, batch and prompt length are free.
 * timeIdCount: 6 in the Base, 5 in the Refiner; the rest of the config's addedWidth is the pooled text.
 */
export function buildUNet(
  config: UNetConfig,
  source: WeightSource,
  timeIdCount: number,
  options: UNetOptions = {},
): OnnxModel {
  const { takesTextProjections = false, expose = [] } = options
  const projections = takesTextProjections ? textProjectionsOf(config).map(({ path }) => path) : []
  const exposed = expose === 'all' ? expose : [...expose, ...projections]
  const g = newGraph('unet', { ...options, expose: exposed })
  const w = weightsOf(source)
  const { sample, conditioning } = noisyInputs(g, w, config, timeIdCount, options)
  const residuals = residualInputs(g, residualSpecs(config))
  g.output(unetNames.output, denoise(g, w, config, sample, conditioning, residuals))
  return g.build()
}

/** The graph's inputs: the latents, and all others embedded as the blocks' conditioning. */
export function noisyInputs(
  g: Graph,
  w: Weights,
  config: UNetConfig,
  timeIdCount: number,
  {
    imagePrompts = [],
    takesTextProjections = false,
  }: Pick<UNetOptions, 'imagePrompts' | 'takesTextProjections'> = {},
): { sample: Value; conditioning: BlockConditioning } {
  const batch = symbol('batch')
  const shape = [batch, config.inChannels, symbol('height'), symbol('width')]
  const sample = g.asPicture(g.input(unetNames.sample, 'F32', shape))
  const timestep = g.float32Input(unetNames.timestep, [batch])
  const text = g.input(unetNames.context, 'F32', [batch, symbol('tokens'), config.contextWidth])
  const pooled = g.input(unetNames.pooled, 'F32', [
    batch,
    config.addedWidth - timeIdCount * config.timeIdWidth,
  ])
  const timeIds = g.float32Input(unetNames.timeIds, [batch, timeIdCount])
  const time = embedConditions(g, w, config, timestep, pooled, timeIds)
  const context: Context = {
    text,
    imagePrompts: imagePromptInputs(g, config, imagePrompts),
    ...(takesTextProjections && { earlier: (path, width) => textProjectionInput(g, path, width) }),
  }
  return { sample, conditioning: { time, context } }
}

/** The sum of two small networks over the timestep, and over pooled text with sizes. → [B, 4 × first channels] */
function embedConditions(
  g: Graph,
  w: Weights,
  config: UNetConfig,
  timestep: Value,
  pooled: Value,
  timeIds: Value,
): Value {
  const [{ channels }] = config.levels
  const width = 4 * channels
  const time = g.mark('time_proj', sinusoids(g, timestep, channels, config.frequencyShift))
  const [batch = 0, ids = 0] = timeIds.shape
  const flatIds = g.reshape(timeIds, [times(batch, ids)])
  const sizes = g.mark('add_time_proj', sinusoids(g, flatIds, config.timeIdWidth, config.frequencyShift))
  const added = g.concat(1, pooled, g.reshape(sizes, [batch, times(ids, config.timeIdWidth)]))
  return g.add(
    timeEmbedding(g, w.at('time_embedding'), time, width),
    timeEmbedding(g, w.at('add_embedding'), added, width),
  )
}

function denoise(
  g: Graph,
  w: Weights,
  config: UNetConfig,
  sample: Value,
  conditioning: BlockConditioning,
  residuals: readonly Value[],
): Value {
  const { levels } = config
  const first = conv3x3(g, w.at('conv_in'), sample, levels[0].channels)
  const results = downBlocks(g, w, config, first, conditioning)

  const mid = midBlock(g, w.at('mid_block'), config, results.at(-1) ?? first, conditioning)

  const skips = addResiduals(g, [...results, mid], residuals)
  let h = skips.pop() ?? mid
  for (const [i, level] of levels.toReversed().entries()) {
    const block = level.attentionUp ? crossAttnUpBlock : upBlock
    const latestFirst = skips.splice(-(level.layers + 1)).reverse()
    h = block(g, w.at('up_blocks', i), h, latestFirst, conditioning, level, skips.at(-1))
  }

  return outputLayers(g, w, config, h)
}

/** The down blocks from the finest level to the coarsest: all skip tensors; the first is `first` itself. */
export function downBlocks(
  g: Graph,
  w: Weights,
  { levels }: UNetConfig,
  first: Value,
  conditioning: BlockConditioning,
): Value[] {
  const results = [first]
  for (const [i, level] of levels.entries()) {
    const block = level.attentionDown ? crossAttnDownBlock : downBlock
    results.push(...block(g, w.at('down_blocks', i), results.at(-1) ?? first, conditioning, level))
  }
  return results
}

/** The middle block; distilled models kept only one ResNetBlock of it. */
export function midBlock(
  g: Graph,
  w: Weights,
  config: UNetConfig,
  x: Value,
  conditioning: BlockConditioning,
): Value {
  const level = config.levels.at(-1) ?? config.levels[0]
  return config.middleDepth === undefined
    ? resNetBlock(g, w.at('resnets', 0), x, level.channels, level.norm, conditioning.time)
    : crossAttnMidBlock(g, w, x, conditioning, level, config.middleDepth)
}

/** The output layers: from the finest level's features to the predicted noise. */
export function outputLayers(g: Graph, w: Weights, config: UNetConfig, features: Value): Value {
  const active = g.mark('conv_act', groupNormSilu(g, w.at('conv_norm_out'), features, config.norm))
  return g.channelsFirst(conv3x3(g, w.at('conv_out'), active, config.outChannels))
}
