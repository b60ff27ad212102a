/** Owns SelfAttention: every token looks at every token. */
import { linear, projection } from './linear.ts'
import { channelsOf, module } from './module.ts'

/** x: [B, T, C] → same. */
export const selfAttention = module((g, w, x, heads: number) => {
  const width = channelsOf(x, -1)
  const q = projection(g, w.at('to_q'), x, width)
  const k = projection(g, w.at('to_k'), x, width)
  const v = projection(g, w.at('to_v'), x, width)
  return linear(g, w.at('to_out', 0), g.attention(q, k, v, heads), width)
})
