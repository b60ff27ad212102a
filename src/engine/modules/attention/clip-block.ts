/** The block of CLIP's encoders: self-attention and a feed-forward network, each with a residual. */
import type { Graph } from '../../onnx/graph.ts'
import type { Value } from '../../onnx/model.ts'
import { linear } from '../layers/linear.ts'
import { layerNorm } from '../layers/norm.ts'
import { channelsOf, module } from '../shared/module.ts'

export interface ClipBlockOptions {
  readonly heads: number
  /** Width of the feed-forward network's inner layer. */
  readonly innerWidth: number
  readonly activation: 'quick_gelu' | 'gelu'
  readonly epsilon: number
  /** True in text encoders: a token attends to itself and to earlier tokens. Image encoders attend everywhere. */
  readonly isCausal: boolean
}

/** x: [B, T, C] → same. */
export const clipBlock = module((g, w, x, options: ClipBlockOptions) => {
  const { epsilon } = options
  const h = g.add(
    x,
    clipAttention(g, w.at('self_attn'), layerNorm(g, w.at('layer_norm1'), x, epsilon), options),
  )
  return g.add(h, clipFeedForward(g, w.at('mlp'), layerNorm(g, w.at('layer_norm2'), h, epsilon), options))
})

const clipAttention = module((g, w, x, { heads, isCausal }: ClipBlockOptions) => {
  const width = channelsOf(x, -1)
  const q = linear(g, w.at('q_proj'), x, width)
  const k = linear(g, w.at('k_proj'), x, width)
  const v = linear(g, w.at('v_proj'), x, width)
  return linear(g, w.at('out_proj'), g.attention(q, k, v, heads, isCausal), width)
})

const clipFeedForward = module((g, w, x, { innerWidth, activation }: ClipBlockOptions) => {
  const inner = activate(g, linear(g, w.at('fc1'), x, innerWidth), activation)
  return linear(g, w.at('fc2'), inner, channelsOf(x, -1))
})

function activate(g: Graph, x: Value, activation: ClipBlockOptions['activation']): Value {
  return activation === 'gelu' ? g.gelu(x) : g.quickGelu(x)
}
