/** SelfAttention: every token attends to every token. */
import { linear, projection } from '../layers/linear.ts'
import { channelsOf, module } from '../shared/module.ts'

/** x: [B, T, C] → same. */
export const selfAttention = module((g, w, x, heads: number) => {
  const width = channelsOf(x, -1)
  const { fused } = g.variant
  if (fused) {
    const weight = (name: string) => g.weight(w.at(name).tensor('weight', [width, width]))
    const seen = fused.selfAttention(g, x, [weight('to_q'), weight('to_k'), weight('to_v')], heads)
    return linear(g, w.at('to_out', 0), seen, width)
  }
  const q = projection(g, w.at('to_q'), x, width)
  const k = projection(g, w.at('to_k'), x, width)
  const v = projection(g, w.at('to_v'), x, width)
  return linear(g, w.at('to_out', 0), g.attention(q, k, v, heads), width)
})
