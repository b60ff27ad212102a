/** UpBlock_X: X ResNetBlocks, each with one skip tensor, then an UpSample. */
import type { Value } from '../../onnx/model.ts'
import { upSample } from '../layers/up-sample.ts'
import type { BlockConditioning, BlockLevel } from '../shared/level.ts'
import { module } from '../shared/module.ts'
import { resNetBlock } from './res-net-block.ts'

/**
 * x: [B, C, H, W] → [B, channels, 2H, 2W]. skips: one per layer, in the order of use. finer: a value of the next finer
 * level, which gives the sides of the UpSample's result; absent at the finest level, which has no UpSample.
 */
export const upBlock = module(
  (g, w, x, skips: readonly Value[], { time }: BlockConditioning, level: BlockLevel, finer?: Value) => {
    let h = x
    for (const [i, skip] of skips.entries()) {
      h = resNetBlock(
        g,
        w.at('resnets', i),
        g.concat(g.channelAxis, h, skip),
        level.channels,
        level.norm,
        time,
      )
    }
    return finer ? upSample(g, w.at('upsamplers', 0), h, finer) : h
  },
)
