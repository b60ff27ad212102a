/** Consecutive pieces of the tokens, one after the other, for formulas that look at each token by itself. */
import { symbol } from '../../onnx/dim.ts'
import type { Graph } from '../../onnx/graph.ts'
import type { Value } from '../../onnx/model.ts'

/** Never more; the pieces of a large picture are longer. */
const pieces = 4
/** Of two rows; what such a piece becomes fits a processor's caches (docs/decisions/0017). */
const leastTokens = 1024

/** x: [B, T, C] → the formula's results for its pieces, put together. The last pieces of few tokens are empty. */
export function inPieces(g: Graph, x: Value, formula: (piece: Value) => Value): Value {
  const [batch = 0, , channels = 0] = x.shape
  const piece = { dtype: x.dtype, shape: [batch, symbol('piece'), channels] }
  const parts = g.ops('Split', [x, lengthsOf(g, x)], Array(pieces).fill(piece), { attributes: { axis: 1 } })
  return g.op('Concat', parts.map(formula), x.shape, { attributes: { axis: 1 } })
}

/** The tokens of each piece: equally many, but no fewer than the least while there are some. */
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
