/** The convolutions: 3×3 with the same size, 1×1, and 3×3 with stride 2. */
import type { Graph, Padding } from '../../onnx/graph.ts'
import type { Value } from '../../onnx/model.ts'
import type { Weights } from '../../weights/source.ts'
import { module, pictureChannels } from '../shared/module.ts'

/** 3×3, the same size. x: [B, C, H, W] → [B, out, H, W]. */
export const conv3x3 = module((g, w, x, out: number) => conv(g, w, x, out, 3, 1, [1, 1, 1, 1]))

/** 1×1: a linear map of the channels. x: [B, C, H, W] → [B, out, H, W]. */
export const conv1x1 = module((g, w, x, out: number) => conv(g, w, x, out, 1, 1, [0, 0, 0, 0]))

/** 3×3 with stride 2. x: [B, C, H, W] → [B, out, ⌈H/2⌉, ⌈W/2⌉]. */
export const convHalving = module((g, w, x, out: number, pads: Padding) => conv(g, w, x, out, 3, 2, pads))

function conv(
  g: Graph,
  w: Weights,
  x: Value,
  out: number,
  size: number,
  stride: 1 | 2,
  pads: Padding,
): Value {
  const weight = w.tensor('weight', [out, pictureChannels(g, x), size, size])
  return g.conv(x, weight, g.weight(w.tensor('bias', [out])), stride, pads)
}
