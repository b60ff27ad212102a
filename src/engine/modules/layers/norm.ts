/** The normalisations: GroupNorm and LayerNorm. */
import type { Graph } from '../../onnx/graph.ts'
import type { Value } from '../../onnx/model.ts'
import type { GroupNormParts } from '../../onnx/variants/variant.ts'
import type { Weights } from '../../weights/source.ts'
import { channelsOf, module, pictureChannels } from '../shared/module.ts'

/** Options of a GroupNorm: SDXL uses 32 groups everywhere, and epsilon differs by module. */
export interface GroupNormOptions {
  readonly groups: number
  readonly epsilon: number
}

/** x: [B, C, H, W] → same. */
export const groupNorm = module((g, w, x, options: GroupNormOptions) =>
  g.groupNorm(x, groupNormParts(g, w, x, options)),
)

/** SiLU(GroupNorm(x)). With a fused operator the norm alone is not an output. x: [B, C, H, W] → same. */
export function groupNormSilu(g: Graph, w: Weights, x: Value, options: GroupNormOptions): Value {
  const { fused } = g.variant
  if (!fused) return g.silu(groupNorm(g, w, x, options))
  return fused.groupNormSilu(g, x, groupNormParts(g, w, x, options))
}

function groupNormParts(g: Graph, w: Weights, x: Value, options: GroupNormOptions): GroupNormParts {
  const channels = pictureChannels(g, x)
  return { scale: w.tensor('weight', [channels]), bias: w.tensor('bias', [channels]), ...options }
}

/** x: [..., C] → same. */
export const layerNorm = module((g, w, x, epsilon: number) => {
  const { scale, bias } = perChannel(g, w, x)
  return g.layerNorm(x, scale, bias, epsilon)
})

/** The sum x + y, and its LayerNorm. x, y: [..., C] → same. */
export function addLayerNorm(
  g: Graph,
  w: Weights,
  x: Value,
  y: Value,
  epsilon: number,
): { sum: Value; normal: Value } {
  const { fused } = g.variant
  if (fused) {
    const { scale, bias } = perChannel(g, w, x)
    const { sum, normal } = fused.addLayerNorm(g, x, y, scale, bias, epsilon)
    return { sum, normal: g.mark(w.path, normal) }
  }
  const sum = g.add(x, y)
  return { sum, normal: layerNorm(g, w, sum, epsilon) }
}

function perChannel(g: Graph, w: Weights, x: Value): { scale: Value; bias: Value } {
  const channels = channelsOf(x, -1)
  return {
    scale: g.weight(w.tensor('weight', [channels])),
    bias: g.weight(w.tensor('bias', [channels])),
  }
}
