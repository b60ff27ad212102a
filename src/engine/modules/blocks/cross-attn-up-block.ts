/** CrossAttnUpBlock_X_K: K × (ResNetBlock + SpatialTransformer_X) over the skip tensors, then an UpSample. */
import type { Value } from '../../onnx/model.ts'
import { spatialTransformer } from '../attention/spatial-transformer.ts'
import type { BlockConditioning, BlockLevel } from '../shared/level.ts'
import { module } from '../shared/module.ts'
import { upLayers } from './up-block.ts'

/** As upBlock, with a SpatialTransformer behind each ResNetBlock. */
export const crossAttnUpBlock = module(
  (
    g,
    w,
    x,
    skips: readonly Value[],
    { time, context }: BlockConditioning,
    level: BlockLevel,
    finer?: Value,
  ) =>
    upLayers(g, w, x, skips, time, level, finer, (h, i) => {
      const depth = level.transformer.depthsUp[i] ?? 1
      return spatialTransformer(g, w.at('attentions', i), h, context, { ...level.transformer, depth })
    }),
)
