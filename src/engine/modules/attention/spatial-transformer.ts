/** SpatialTransformer_X: X transformer blocks over a picture's positions as tokens, plus a residual. */
import { times } from '../../onnx/dim.ts'
import { linear } from '../layers/linear.ts'
import { groupNorm } from '../layers/norm.ts'
import { module, pictureChannels } from '../shared/module.ts'
import { basicTransformerBlock } from './basic-transformer-block.ts'
import type { Context } from './cross-attention.ts'

/** Options of a level's transformers. */
export interface TransformerOptions {
  /** Number of consecutive transformer blocks: the X of the paper. */
  readonly depth: number
  readonly heads: number
  readonly groups: number
}

/** Not the U-Net's own norm_eps: fixed in the reference. */
const epsilon = 1e-6

/** x: [B, C, H, W] → same. */
export const spatialTransformer = module(
  (g, w, x, context: Context, { depth, heads, groups }: TransformerOptions) => {
    const channels = pictureChannels(g, x)
    const normal = g.channelsLast(groupNorm(g, w.at('norm'), x, { groups, epsilon })) // [B, H, W, C]
    const [batch = 0, height = 0, width = 0] = normal.shape
    let tokens = g.reshape(normal, [batch, times(height, width), channels])
    tokens = linear(g, w.at('proj_in'), tokens, channels)
    for (let i = 0; i < depth; i++) {
      tokens = basicTransformerBlock(g, w.at('transformer_blocks', i), tokens, context, heads)
    }
    tokens = linear(g, w.at('proj_out'), tokens, channels)
    return g.add(g.fromChannelsLast(g.reshapeLike(tokens, normal)), x)
  },
)
