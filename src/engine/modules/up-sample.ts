/** Owns UpSample: twice the height and width, nearest neighbour and then a convolution. */
import { conv3x3 } from './conv.ts'
import { channelsOf, module } from './module.ts'

/** x: [B, C, H, W] → [B, C, 2H, 2W]. */
export const upSample = module((g, w, x) => conv3x3(g, w.at('conv'), g.upsample(x), channelsOf(x, 1)))
