/** CrossAttention: every token attends to the prompt's tokens and, separately, to the tokens of image prompts. */
import type { Graph } from '../../onnx/graph.ts'
import type { Value } from '../../onnx/model.ts'
import type { Weights } from '../../weights/source.ts'
import { linear, projection } from '../layers/linear.ts'
import { channelsOf, module } from '../shared/module.ts'

/** The context that cross-attention attends to. */
export interface Context {
  /** The prompt: [B, tokens, contextWidth] */
  readonly text: Value
  readonly imagePrompts: readonly ImagePromptValues[]
  /**
   * The keys or values at that path that an earlier call computed from the text, [B, tokens, width]. Either they or `text`
   * have no tokens. Absent in graphs that always compute them.
   */
  earlier?(path: string, width: number): Value
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
export const crossAttention = module((g, w, x, context: Context, heads: number) => {
  const width = channelsOf(x, -1)
  const q = projection(g, w.at('to_q'), x, width)
  const k = textProjection(g, w.at('to_k'), context, width)
  const v = textProjection(g, w.at('to_v'), context, width)
  let seen = g.attention(q, k, v, heads)
  for (const { tokens, weights, scaleAt } of context.imagePrompts) {
    const own = weights.at(w.path)
    const imageK = projection(g, own.at('to_k_ip'), tokens, width)
    const imageV = projection(g, own.at('to_v_ip'), tokens, width)
    seen = g.add(seen, g.mul(g.attention(q, imageK, imageV, heads), scaleAt(w.path)))
  }
  return linear(g, w.at('to_out', 0), seen, width)
})

/** → [B, tokens, width] */
function textProjection(g: Graph, w: Weights, { text, earlier }: Context, width: number): Value {
  const computed = projection(g, w, text, width)
  return earlier ? g.concatTokens(computed, earlier(w.path, width)) : computed
}
