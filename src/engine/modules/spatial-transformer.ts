/** Owns SpatialTransformer_X: a picture as a row of tokens through X transformer blocks, plus a residual. */
import { times } from '../onnx/dim.ts'
import { basicTransformerBlock } from './basic-transformer-block.ts'
import type { Context } from './cross-attention.ts'
import { linear } from './linear.ts'
import { channelsOf, module } from './module.ts'
import { groupNorm } from './norm.ts'

/** What of a level's shape the transformers need. */
export interface TransformerOptions {
  /** Transformer blocks in a row: the X of the paper. */
  readonly depth: number
  readonly heads: number
  readonly groups: number
}

/** Not the U-Net's own norm_eps: fixed in the reference. */
const epsilon = 1e-6

/** x: [B, C, H, W] → same. */
export const spatialTransformer = module(
  (g, w, x, context: Context, { depth, heads, groups }: TransformerOptions) => {
    const channels = channelsOf(x, 1)
    const [batch = 0, , height = 0, width = 0] = x.shape
    const normal = g.transpose(groupNorm(g, w.at('norm'), x, { groups, epsilon }), [0, 2, 3, 1]) // [B, H, W, C]
    let tokens = g.reshape(normal, [batch, times(height, width), channels])
    tokens = linear(g, w.at('proj_in'), tokens, channels)
    for (let i = 0; i < depth; i++) {
      tokens = basicTransformerBlock(g, w.at('transformer_blocks', i), tokens, context, heads)
    }
    tokens = linear(g, w.at('proj_out'), tokens, channels)
    return g.add(g.transpose(g.reshapeLike(tokens, normal), [0, 3, 1, 2]), x)
  },
)
