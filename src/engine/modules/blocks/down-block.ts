/** DownBlock: ResNetBlocks, then a DownSample. */
import type { Graph } from '../../onnx/graph.ts'
import type { Value } from '../../onnx/model.ts'
import type { Weights } from '../../weights/source.ts'
import { downSample, paddingAround } from '../layers/down-sample.ts'
import type { BlockConditioning, BlockLevel, LayerFormula } from '../shared/level.ts'
import { resNetBlock } from './res-net-block.ts'

/** x: [B, C, H, W] → the skip tensors for the up blocks; the last one is this block's result. */
export function downBlock(
  g: Graph,
  w: Weights,
  x: Value,
  { time }: BlockConditioning,
  level: BlockLevel,
): Value[] {
  return downLayers(g, w, x, time, level)
}

/** The layers of every down block. attend: what follows the ResNetBlock of a layer. */
export function downLayers(
  g: Graph,
  w: Weights,
  x: Value,
  time: Value,
  level: BlockLevel,
  attend: LayerFormula = h => h,
): Value[] {
  const results: Value[] = []
  let h = x
  for (let i = 0; i < level.layers; i++) {
    h = attend(resNetBlock(g, w.at('resnets', i), h, level.channels, level.norm, time), i)
    results.push(h)
  }
  if (!level.isCoarsest) results.push(downSample(g, w.at('downsamplers', 0), h, paddingAround))
  return results
}
