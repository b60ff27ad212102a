/** IP-Adapter's projection (Ye et al. 2023, section 3.2.1): from the image encoder's output to tokens of the U-Net's context. */

import { resampler } from '../modules/attention/resampler.ts'
import { linear } from '../modules/layers/linear.ts'
import { layerNorm } from '../modules/layers/norm.ts'
import { type GraphOptions, newGraph } from '../onnx/graph-variants.ts'
import type { OnnxModel } from '../onnx/model.ts'
import { type WeightSource, weightsOf } from '../weights/source.ts'
import type { IpAdapterConfig } from './configs/ip-adapter-config.ts'

export const imageProjectionNames = {
  /** [1, inputWidth], or [1, places, inputWidth] for Plus */
  input: 'image',
  /** [1, tokens, contextWidth] */
  output: 'image_tokens',
} as const

/** PyTorch's default; configs have no key for it. */
const epsilon = 1e-5

/** The projection as a graph. `places`: the number of positions of the image encoder. */
export function buildImageProjection(
  config: IpAdapterConfig,
  source: WeightSource,
  places: number,
  options: GraphOptions = {},
): OnnxModel {
  const g = newGraph('image projection', options)
  const w = weightsOf(source).at('image_proj')
  const { tokens, contextWidth, inputWidth } = config
  if (config.resampler) {
    const input = g.input(imageProjectionNames.input, 'F32', [1, places, inputWidth])
    g.output(imageProjectionNames.output, resampler(g, w, input, config.resampler, contextWidth))
    return g.build()
  }
  const input = g.input(imageProjectionNames.input, 'F32', [1, inputWidth])
  const flat = linear(g, w.at('proj'), input, tokens * contextWidth)
  const rows = g.reshape(flat, [1, tokens, contextWidth])
  g.output(imageProjectionNames.output, layerNorm(g, w.at('norm'), rows, epsilon))
  return g.build()
}
