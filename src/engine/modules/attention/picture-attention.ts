/** The VAE's attention: a GroupNorm, one head over all positions of a picture, and a residual. */
import { times } from '../../onnx/dim.ts'
import { linear } from '../layers/linear.ts'
import { type GroupNormOptions, groupNorm } from '../layers/norm.ts'
import { module, pictureChannels } from '../shared/module.ts'

/** x: [B, C, H, W] → same. */
export const pictureAttention = module((g, w, x, cut: GroupNormOptions) => {
  const channels = pictureChannels(g, x)
  const normal = g.channelsLast(groupNorm(g, w.at('group_norm'), x, cut)) // [B, H, W, C]
  const [batch = 0, height = 0, width = 0] = normal.shape
  const tokens = g.reshape(normal, [batch, times(height, width), channels])
  const q = linear(g, w.at('to_q'), tokens, channels)
  const k = linear(g, w.at('to_k'), tokens, channels)
  const v = linear(g, w.at('to_v'), tokens, channels)
  const seen = linear(g, w.at('to_out', 0), g.attention(q, k, v, 1), channels)
  return g.add(g.fromChannelsLast(g.reshapeLike(seen, normal)), x)
})
