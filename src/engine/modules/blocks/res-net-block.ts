/** ResNetBlock: two GSC layers with the time embedding added between them, plus a residual. */
import type { Value } from '../../onnx/model.ts'
import { conv1x1 } from '../layers/conv.ts'
import { gsc } from '../layers/gsc.ts'
import { linear } from '../layers/linear.ts'
import type { GroupNormOptions } from '../layers/norm.ts'
import { module, pictureChannels } from '../shared/module.ts'

/** x: [B, C, H, W] → [B, out, H, W]. time: [B, T], absent in the VAE. */
export const resNetBlock = module((g, w, x, out: number, cut: GroupNormOptions, time?: Value) => {
  let h = gsc(g, w.at('norm1'), w.at('conv1'), x, out, cut)
  if (time) h = g.add(h, g.broadcastChannels(linear(g, w.at('time_emb_proj'), g.silu(time), out)))
  h = gsc(g, w.at('norm2'), w.at('conv2'), h, out, cut)
  return g.add(pictureChannels(g, x) === out ? x : conv1x1(g, w.at('conv_shortcut'), x, out), h)
})
