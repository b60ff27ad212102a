/** GSC: GroupNorm + SiLU + Conv 3×3. */
import type { Graph } from '../../onnx/graph.ts'
import type { Value } from '../../onnx/model.ts'
import type { Weights } from '../../weights/source.ts'
import { conv3x3 } from './conv.ts'
import { type GroupNormOptions, groupNormSilu } from './norm.ts'

/** x: [B, C, H, W] → [B, out, H, W]. `norm` and `conv` are the two parts' weights. */
export function gsc(
  g: Graph,
  norm: Weights,
  conv: Weights,
  x: Value,
  out: number,
  cut: GroupNormOptions,
): Value {
  return conv3x3(g, conv, groupNormSilu(g, norm, x, cut), out)
}
