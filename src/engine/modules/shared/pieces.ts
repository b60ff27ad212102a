/** Runs a formula on consecutive pieces of the tokens, if it treats each token separately. */
import { symbol } from '../../onnx/dim.ts'
import type { Graph } from '../../onnx/graph.ts'
import type { Value } from '../../onnx/model.ts'

/** The number of pieces. The pieces of a large picture are longer. */
const pieces = 4
/** The minimum tokens of a piece, of two rows. Its intermediate values fit a processor's caches (docs/decisions/0017). */
const leastTokens = 1024

/** x: [B, T, C] → the concatenated results for its pieces. With few tokens the last pieces are empty. */
export function inPieces(g: Graph, x: Value, formula: (piece: Value) => Value): Value {
  const [batch = 0, , channels = 0] = x.shape
  const piece = { dtype: x.dtype, shape: [batch, symbol('piece'), channels] }
  const parts = g.ops('Split', [x, lengthsOf(g, x)], Array(pieces).fill(piece), { attributes: { axis: 1 } })
  return g.op('Concat', parts.map(formula), x.shape, { attributes: { axis: 1 } })
}

/** The number of tokens in each piece: equal, but at least the minimum as long as tokens remain. */
function lengthsOf(g: Graph, x: Value): Value {
  const tokens = g.op('Shape', [x], [1], { attributes: { start: 1, end: 2 } }, 'I64')
  const roundedUp = g.op('Add', [tokens, g.integers([pieces - 1])], [1])
  const equal = g.op('Div', [roundedUp, g.integers([pieces])], [1])
  const length = g.op('Max', [equal, g.integers([leastTokens])], [1])
  const numbers = Array.from({ length: pieces }, (_, i) => i)
  const place = (counts: readonly number[]) =>
    g.op('Min', [g.op('Mul', [g.integers(counts), length], [pieces]), tokens], [pieces])
  return g.op('Sub', [place(numbers.map(i => i + 1)), place(numbers)], [pieces])
}
