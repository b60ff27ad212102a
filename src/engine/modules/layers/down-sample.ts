/** DownSample: a convolution with stride 2 halves height and width. */
import type { Padding } from '../../onnx/graph.ts'
import { module, pictureChannels } from '../shared/module.ts'
import { convHalving } from './conv.ts'

/** The U-Net pads all four sides. The VAE pads right and bottom only, because its sides are even. */
export const paddingAround: Padding = [1, 1, 1, 1]
export const paddingRightBottom: Padding = [0, 0, 1, 1]

/** x: [B, C, H, W] → [B, C, ⌈H/2⌉, ⌈W/2⌉]. */
export const downSample = module((g, w, x, padding: Padding) =>
  convHalving(g, w.at('conv'), x, pictureChannels(g, x), padding),
)
