/** CrossAttnDownBlock_X_K: K × (ResNetBlock + SpatialTransformer_X), then a DownSample. */
import type { Graph } from '../../onnx/graph.ts'
import type { Value } from '../../onnx/model.ts'
import type { Weights } from '../../weights/source.ts'
import { spatialTransformer } from '../attention/spatial-transformer.ts'
import type { BlockConditioning, BlockLevel } from '../shared/level.ts'
import { downLayers } from './down-block.ts'

/** As downBlock, with a SpatialTransformer behind each ResNetBlock. */
export function crossAttnDownBlock(
  g: Graph,
  w: Weights,
  x: Value,
  { time, context }: BlockConditioning,
  level: BlockLevel,
): Value[] {
  return downLayers(g, w, x, time, level, (h, i) => {
    const depth = level.transformer.depthsDown[i] ?? 1
    return spatialTransformer(g, w.at('attentions', i), h, context, { ...level.transformer, depth })
  })
}
