/** Embeds numbers (a timestep, a size) as vectors: sinusoids, then a small network. */
import type { Graph } from '../../onnx/graph.ts'
import type { Value } from '../../onnx/model.ts'
import { module } from '../shared/module.ts'
import { linear } from './linear.ts'

/** The longest period, in timesteps (Vaswani et al. 2017, section 3.5). */
const maxPeriod = 10_000

/**
 * [cos(x ω₀), …, sin(x ω₀), …] with ωᵢ = maxPeriod^(-i / (width/2 - shift)). x: [N] → [N, width].
 * In float32 whatever the graph computes in: 1000 has a spacing of 0.5 in float16. The exponent is rounded to float32 at each step, as the reference does: at x = 1000 an ulp of ω is 6e-5 of phase.
 */
export function sinusoids(g: Graph, x: Value, width: number, shift: number): Value {
  const half = width / 2
  const frequencies = Array.from({ length: half }, (_, i) => {
    const exponent = Math.fround(Math.fround(-Math.log(maxPeriod)) * i)
    return Math.exp(Math.fround(exponent / (half - shift)))
  })
  const [count = 0] = x.shape
  const phases = g.mul(g.reshape(x, [count, 1]), g.floats(frequencies, [1, half]))
  return g.inType(g.concat(1, g.cos(phases), g.sin(phases)), g.arithmetic)
}

/** linear_2(SiLU(linear_1(x))). x: [B, C] → [B, width]. */
export const timeEmbedding = module((g, w, x, width: number) =>
  linear(g, w.at('linear_2'), g.silu(linear(g, w.at('linear_1'), x, width)), width),
)
