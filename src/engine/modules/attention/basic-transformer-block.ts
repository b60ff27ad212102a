/** BasicTransformerBlock: self-attention, cross-attention and feed-forward, each with a preceding norm and a residual. */

import { feedForward } from '../layers/feed-forward.ts'
import { addLayerNorm, layerNorm } from '../layers/norm.ts'
import { module } from '../shared/module.ts'
import { type Context, crossAttention } from './cross-attention.ts'
import { selfAttention } from './self-attention.ts'

/** PyTorch's default; configs have no key for it. */
const epsilon = 1e-5

/** x: [B, T, C] → same. */
export const basicTransformerBlock = module((g, w, x, context: Context, heads: number) => {
  const selfAttended = selfAttention(g, w.at('attn1'), layerNorm(g, w.at('norm1'), x, epsilon), heads)
  const first = addLayerNorm(g, w.at('norm2'), x, selfAttended, epsilon)
  const crossAttended = crossAttention(g, w.at('attn2'), first.normal, context, heads)
  const second = addLayerNorm(g, w.at('norm3'), first.sum, crossAttended, epsilon)
  return g.add(second.sum, feedForward(g, w.at('ff'), second.normal))
})
