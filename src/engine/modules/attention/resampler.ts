/**
 * The resampler of IP-Adapter Plus (Alayrac et al. 2022, Perceiver Resampler): learned latents attend to the positions of a
 * picture and to each other, and become a fixed number of tokens.
 */
import type { Value } from '../../onnx/model.ts'
import { linear, projection } from '../layers/linear.ts'
import { layerNorm } from '../layers/norm.ts'
import { module } from '../shared/module.ts'

export interface ResamplerOptions {
  readonly tokens: number
  readonly width: number
  readonly layers: number
  readonly heads: number
  /** Width of queries, keys and values: all heads together. */
  readonly attentionWidth: number
  readonly innerWidth: number
}

/** PyTorch's default; configs have no key for it. */
const epsilon = 1e-5

/** x: [1, positions, in] → [1, tokens, out]. */
export const resampler = module((g, w, x, options: ResamplerOptions, out: number) => {
  const { tokens, width, layers } = options
  const places = linear(g, w.at('proj_in'), x, width)
  let latents = g.weight(w.tensor('latents', [1, tokens, width]))
  for (let layer = 0; layer < layers; layer++) {
    const block = w.at('layers', layer)
    latents = g.add(latents, perceiverAttention(g, block.at(0), latents, places, options))
    latents = g.add(latents, feedForward(g, block.at(1), latents, options))
  }
  return layerNorm(g, w.at('norm_out'), linear(g, w.at('proj_out'), latents, out), epsilon)
})

/** Queries come from the latents; keys and values from the picture's positions and the latents. x: [1, tokens, C] → same. */
const perceiverAttention = module((g, w, x, places: Value, options: ResamplerOptions) => {
  const { heads, attentionWidth, width } = options
  const latents = layerNorm(g, w.at('norm2'), x, epsilon)
  const seen = g.concat(1, layerNorm(g, w.at('norm1'), places, epsilon), latents)
  const q = projection(g, w.at('to_q'), latents, attentionWidth)
  const [k, v] = g.halves(projection(g, w.at('to_kv'), seen, 2 * attentionWidth))
  return projection(g, w.at('to_out'), g.attention(q, k, v, heads), width)
})

/** A norm and two linear maps without bias. x: [1, tokens, C] → same. */
const feedForward = module((g, w, x, { innerWidth, width }: ResamplerOptions) => {
  const inner = g.gelu(projection(g, w.at(1), layerNorm(g, w.at(0), x, epsilon), innerWidth))
  return projection(g, w.at(3), inner, width)
})
