/** Owns CrossAttention: every token looks at the words of the prompt. */
import type { Value } from '../onnx/model.ts'
import { linear, projection } from './linear.ts'
import { channelsOf, module } from './module.ts'

/** x: [B, T, C] → same. context: [B, words, contextWidth]. */
export const crossAttention = module((g, w, x, context: Value, heads: number) => {
  const width = channelsOf(x, -1)
  const q = projection(g, w.at('to_q'), x, width)
  const k = projection(g, w.at('to_k'), context, width)
  const v = projection(g, w.at('to_v'), context, width)
  return linear(g, w.at('to_out', 0), g.attention(q, k, v, heads), width)
})
