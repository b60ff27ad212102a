/** FeedForward: GEGLU, then a linear map back to the token width. */
import { linear, projection } from './linear.ts'
import { channelsOf, module } from './shared/module.ts'

/** Width of the inner layer divided by the token width. */
const expansion = 4

/** x: [B, T, C] → same. */
export const feedForward = module((g, w, x) =>
  linear(g, w.at('net', 2), geglu(g, w.at('net', 0), x), channelsOf(x, -1)),
)

/** value · gelu(gate), both linear in x (Shazeer 2020, equation 6). x: [B, T, C] → [B, T, 4C]. */
const geglu = module((g, w, x) => {
  const { fused } = g.variant
  if (fused) {
    const doubled = 2 * expansion * channelsOf(x, -1)
    const product = projection(g, w.at('proj'), x, doubled)
    return fused.geglu(g, product, g.weight(w.at('proj').tensor('bias', [doubled])))
  }
  const [value, gate] = g.halves(linear(g, w.at('proj'), x, 2 * expansion * channelsOf(x, -1)))
  return g.mul(value, g.gelu(gate))
})
