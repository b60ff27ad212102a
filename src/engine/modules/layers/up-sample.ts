/** UpSample: nearest-neighbour doubling of height and width, then a convolution. */
import type { Value } from '../../onnx/model.ts'
import { module, pictureChannels } from '../shared/module.ts'
import { conv3x3 } from './conv.ts'

/**
 * x: [B, C, H, W] → [B, C, 2H, 2W]. finer: a value of the next finer level. The result has its sides, which are odd
 * if halving them was rounded up.
 */
export const upSample = module((g, w, x, finer?: Value) =>
  conv3x3(g, w.at('conv'), finer ? g.upsampleLike(x, finer) : g.upsample(x), pictureChannels(g, x)),
)
