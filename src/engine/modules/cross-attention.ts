/** CrossAttention: every token attends to the prompt's tokens and, separately, to the tokens of image prompts. */
import type { Value } from '../onnx/model.ts'
import type { Weights } from '../weights/source.ts'
import { linear, projection } from './linear.ts'
import { channelsOf, module } from './shared/module.ts'

/** The context that cross-attention attends to. */
export interface Context {
  /** The prompt: [B, tokens, contextWidth] */
  readonly text: Value
  readonly imagePrompts: readonly ImagePromptValues[]
}

/** An image prompt: IP-Adapter's decoupled cross-attention (Ye et al. 2023, equation 5). */
export interface ImagePromptValues {
  /** [B, tokens, contextWidth] */
  readonly tokens: Value
  /** The adapter's key and value weights for every cross-attention, below that module's path. */
  readonly weights: Weights
  /** The scale in the cross-attention of that path, [1]. */
  scaleAt(path: string): Value
}

/** x: [B, T, C] → same. Softmax(q kᵀ) v, plus for each picture scale · Softmax(q k′ᵀ) v′. */
export const crossAttention = module((g, w, x, { text, imagePrompts }: Context, heads: number) => {
  const width = channelsOf(x, -1)
  const q = projection(g, w.at('to_q'), x, width)
  const k = projection(g, w.at('to_k'), text, width)
  const v = projection(g, w.at('to_v'), text, width)
  let seen = g.attention(q, k, v, heads)
  for (const { tokens, weights, scaleAt } of imagePrompts) {
    const own = weights.at(w.path)
    const imageK = projection(g, own.at('to_k_ip'), tokens, width)
    const imageV = projection(g, own.at('to_v_ip'), tokens, width)
    seen = g.add(seen, g.mul(g.attention(q, imageK, imageV, heads), scaleAt(w.path)))
  }
  return linear(g, w.at('to_out', 0), seen, width)
})
