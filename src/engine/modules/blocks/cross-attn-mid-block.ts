/** CrossAttnMidBlock: ResNetBlock + SpatialTransformer + ResNetBlock. */

import { spatialTransformer } from '../attention/spatial-transformer.ts'
import type { BlockConditioning, BlockLevel } from '../shared/level.ts'
import { module } from '../shared/module.ts'
import { resNetBlock } from './res-net-block.ts'

/** x: [B, C, H, W] → same. */
export const crossAttnMidBlock = module(
  (g, w, x, { time, context }: BlockConditioning, level: BlockLevel, depth: number) => {
    let h = resNetBlock(g, w.at('resnets', 0), x, level.channels, level.norm, time)
    h = spatialTransformer(g, w.at('attentions', 0), h, context, { ...level.transformer, depth })
    return resNetBlock(g, w.at('resnets', 1), h, level.channels, level.norm, time)
  },
)
