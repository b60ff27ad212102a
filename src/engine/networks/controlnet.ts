/**
 * ControlNet (Zhang et al. 2023): a copy of the U-Net's down blocks and middle block, over the latents plus an embedded
 * picture. Its outputs pass through zero-initialised 1×1 convolutions and are added to the U-Net's own.
 */
import { conditionEmbedding } from '../modules/layers/condition-embedding.ts'
import { conv1x1, conv3x3 } from '../modules/layers/conv.ts'
import { pictureChannels } from '../modules/shared/module.ts'
import { symbol, times } from '../onnx/dim.ts'
import { type GraphOptions, newGraph } from '../onnx/graph-variants.ts'
import type { OnnxModel } from '../onnx/model.ts'
import { type WeightSource, weightsOf } from '../weights/source.ts'
import type { ControlNetConfig } from './configs/controlnet-config.ts'
import { rgbChannels } from './configs/vae-config.ts'
import { residualSpecs } from './residuals.ts'
import { downBlocks, midBlock, noisyInputs } from './unet.ts'

/** The names of the inputs that the U-Net does not have. The outputs are named by `residualSpecs`. */
export const controlNetNames = {
  /** [batch, 3, 8 × height, 8 × width], the control picture in 0..1 */
  picture: 'controlnet_cond',
  /** [residuals]: the scale of each residual */
  scales: 'conditioning_scales',
} as const

/** The ControlNet as a graph. `timeIdCount`: that of the controlled U-Net. */
export function buildControlNet(
  config: ControlNetConfig,
  source: WeightSource,
  timeIdCount: number,
  options: GraphOptions = {},
): OnnxModel {
  const g = newGraph('controlnet', options)
  const w = weightsOf(source)
  const { sample, conditioning } = noisyInputs(g, w, config, timeIdCount)
  const factor = pxPerLatent(config)
  const [height, width] = [symbol('height'), symbol('width')]
  const pictureShape = [symbol('batch'), rgbChannels, times(height, factor), times(width, factor)]
  const picture = g.asPicture(g.input(controlNetNames.picture, 'F32', pictureShape))
  const residuals = residualSpecs(config)
  const scales = g.input(controlNetNames.scales, 'F32', [residuals.length])

  const { levels, embeddingChannels } = config
  const embedded = conditionEmbedding(
    g,
    w.at('controlnet_cond_embedding'),
    picture,
    embeddingChannels,
    levels[0].channels,
  )
  const first = g.add(conv3x3(g, w.at('conv_in'), sample, levels[0].channels), embedded)
  const results = downBlocks(g, w, config, first, conditioning)
  const mid = midBlock(g, w.at('mid_block'), config, results.at(-1) ?? first, conditioning)

  for (const [i, value] of [...results, mid].entries()) {
    const path = i < results.length ? w.at('controlnet_down_blocks', i) : w.at('controlnet_mid_block')
    const residual = conv1x1(g, path, value, pictureChannels(g, value))
    g.output(residuals[i]?.name ?? '', g.mul(g.channelsFirst(residual), g.gather(scales, g.integers([i]))))
  }
  return g.build()
}

/** Pixels per latent along a side: the picture's embedding halves `embeddingChannels.length - 1` times. */
export function pxPerLatent({ embeddingChannels }: ControlNetConfig): number {
  return 2 ** (embeddingChannels.length - 1)
}
