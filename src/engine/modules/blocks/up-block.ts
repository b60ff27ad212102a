/** UpBlock_X: X ResNetBlocks, each with one skip tensor, then an UpSample. */
import type { Graph } from '../../onnx/graph.ts'
import type { Value } from '../../onnx/model.ts'
import type { Weights } from '../../weights/source.ts'
import { upSample } from '../layers/up-sample.ts'
import type { BlockConditioning, BlockLevel, LayerFormula } from '../shared/level.ts'
import { module } from '../shared/module.ts'
import { resNetBlock } from './res-net-block.ts'

/**
 * x: [B, C, H, W] → [B, channels, 2H, 2W]. skips: one per layer, in the order of use. finer: a value of the next finer
 * level, which gives the sides of the UpSample's result; absent at the finest level, which has no UpSample.
 */
export const upBlock = module(
  (g, w, x, skips: readonly Value[], { time }: BlockConditioning, level: BlockLevel, finer?: Value) =>
    upLayers(g, w, x, skips, time, level, finer),
)

/** The layers of every up block. attend: what follows the ResNetBlock of a layer. */
export function upLayers(
  g: Graph,
  w: Weights,
  x: Value,
  skips: readonly Value[],
  time: Value,
  level: BlockLevel,
  finer: Value | undefined,
  attend: LayerFormula = h => h,
): Value {
  let h = x
  for (const [i, skip] of skips.entries()) {
    const joined = g.concat(g.channelAxis, h, skip)
    h = attend(resNetBlock(g, w.at('resnets', i), joined, level.channels, level.norm, time), i)
  }
  return finer ? upSample(g, w.at('upsamplers', 0), h, finer) : h
}
