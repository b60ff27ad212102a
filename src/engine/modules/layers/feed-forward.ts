/** FeedForward: GEGLU, then a linear map back to the token width. */
import type { Graph } from '../../onnx/graph.ts'
import type { Value } from '../../onnx/model.ts'
import { isCuttable, isUpright, sliceOf } from '../../weights/arrangements/arrangement.ts'
import type { StoredTensor } from '../../weights/safetensors.ts'
import type { Weights } from '../../weights/source.ts'
import { channelsOf, module } from '../shared/module.ts'
import { inPieces } from '../shared/pieces.ts'
import { linear, projection } from './linear.ts'

/** Width of the inner layer divided by the token width. */
const expansion = 4

/** x: [B, T, C] → same. */
export const feedForward = module((g, w, x) => {
  const parts = partsOf(w, channelsOf(x, -1))
  if (isInBlocks(g, x, parts)) return sumOfBlocks(g, x, parts)
  return linear(g, w.at('net', 2), geglu(g, w.at('net', 0), x), channelsOf(x, -1))
})

/** value · gelu(gate), both linear in x (Shazeer 2020, equation 6). x: [B, T, C] → [B, T, 4C]. */
const geglu = module((g, w, x) => {
  const { fused } = g.variant
  if (fused) {
    const doubled = 2 * expansion * channelsOf(x, -1)
    const product = projection(g, w.at('proj'), x, doubled)
    return fused.geglu(g, product, g.weight(w.at('proj').tensor('bias', [doubled])))
  }
  const [value, gate] = g.halves(linear(g, w.at('proj'), x, 2 * expansion * channelsOf(x, -1)))
  return g.mul(value, g.gelu(gate))
})

/** The stored tensors. inner: [8C, C] and [8C], value before gate; outer: [C, 4C] and [C]. */
interface Parts {
  readonly inner: StoredTensor
  readonly innerBias: StoredTensor
  readonly outer: StoredTensor
  readonly outerBias: StoredTensor
}

function partsOf(w: Weights, width: number): Parts {
  const [proj, last] = [w.at('net', 0, 'proj'), w.at('net', 2)]
  const doubled = 2 * expansion * width
  return {
    inner: proj.tensor('weight', [doubled, width]),
    innerBias: proj.tensor('bias', [doubled]),
    outer: last.tensor('weight', [width, expansion * width]),
    outerBias: last.tensor('bias', [width]),
  }
}

function isInBlocks({ variant }: Graph, x: Value, { inner, innerBias, outer }: Parts): boolean {
  const { leastWidthInBlocks = Number.POSITIVE_INFINITY } = variant
  const isCut = outer.arrangement === 'square-blocks' || isCuttable(outer)
  return channelsOf(x, -1) >= leastWidthInBlocks && isUpright(inner) && isUpright(innerBias) && isCut
}

/**
 * The same as a sum over blocks of the inner layer, each as wide as a token. Products of square matrices are faster on a CPU,
 * and half of the inner layer need not be copied (docs/decisions/0017).
 */
function sumOfBlocks(g: Graph, x: Value, { inner, innerBias, outer, outerBias }: Parts): Value {
  const width = channelsOf(x, -1)
  const isInPieces = width <= (g.variant.maxWidthInPieces ?? 0)
  // A session would rearrange the same weight for each piece's product.
  const batch = isInPieces ? ([1] as const) : []
  const half = (index: number) => ({
    weight: g.weight(sliceOf(inner, index, 2 * expansion), [...batch, width, width]),
    bias: g.weight(sliceOf(innerBias, index, 2 * expansion)),
  })
  const blocks = g
    .squareBlocks(outer, batch)
    .map((weight, i) => ({ value: half(i), gate: half(expansion + i), weight }))
  const sum = (tokens: Value) => {
    const of = ({ weight, bias }: ReturnType<typeof half>) => g.linear(tokens, weight, bias)
    return blocks
      .map(({ value, gate, weight }) => g.linear(g.mul(of(value), g.gelu(of(gate))), weight, undefined))
      .reduce((total, product) => g.add(total, product))
  }
  return g.add(isInPieces ? inPieces(g, x, sum) : sum(x), g.weight(outerBias))
}
