/**
 * The network that scales a ControlNet's picture down to the size of the latents (Zhang et al. 2023, section 3.2):
 * 3×3 convolutions with SiLU between them. Every second one has stride 2.
 */

import { module } from '../shared/module.ts'
import { conv3x3, convHalving } from './conv.ts'
import { paddingAround } from './down-sample.ts'

/** x: [B, 3, H, W] → [B, out, h, w]. The sides are halved `widths.length - 1` times. */
export const conditionEmbedding = module((g, w, x, widths: readonly number[], out: number) => {
  let h = g.silu(conv3x3(g, w.at('conv_in'), x, widths[0] ?? out))
  widths.slice(1).forEach((width, i) => {
    h = g.silu(conv3x3(g, w.at('blocks', 2 * i), h, widths[i] ?? width))
    h = g.silu(convHalving(g, w.at('blocks', 2 * i + 1), h, width, paddingAround))
  })
  return conv3x3(g, w.at('conv_out'), h, out)
})
