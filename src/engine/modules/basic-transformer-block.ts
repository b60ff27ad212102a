/** Owns BasicTransformerBlock: self-attention, cross-attention and feed-forward, each after a norm and residual. */
import { type Context, crossAttention } from './cross-attention.ts'
import { feedForward } from './feed-forward.ts'
import { module } from './module.ts'
import { layerNorm } from './norm.ts'
import { selfAttention } from './self-attention.ts'

/** PyTorch's default, which no config names. */
const epsilon = 1e-5

/** x: [B, T, C] → same. */
export const basicTransformerBlock = module((g, w, x, context: Context, heads: number) => {
  let h = g.add(x, selfAttention(g, w.at('attn1'), layerNorm(g, w.at('norm1'), x, epsilon), heads))
  h = g.add(h, crossAttention(g, w.at('attn2'), layerNorm(g, w.at('norm2'), h, epsilon), context, heads))
  return g.add(h, feedForward(g, w.at('ff'), layerNorm(g, w.at('norm3'), h, epsilon)))
})
