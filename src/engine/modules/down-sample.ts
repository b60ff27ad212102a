/** Owns DownSample: half the height and width, by a convolution of stride 2. */
import type { Padding } from '../onnx/graph.ts'
import { convHalving } from './conv.ts'
import { module, pictureChannels } from './module.ts'

/** The U-Net pads all around, the VAE only right and bottom; its sides are even. */
export const paddingAround: Padding = [1, 1, 1, 1]
export const paddingRightBottom: Padding = [0, 0, 1, 1]

/** x: [B, C, H, W] → [B, C, ⌈H/2⌉, ⌈W/2⌉]. */
export const downSample = module((g, w, x, padding: Padding) =>
  convHalving(g, w.at('conv'), x, pictureChannels(g, x), padding),
)
