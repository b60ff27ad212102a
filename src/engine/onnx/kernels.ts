/**
 * Owns the choice of operators that differ by execution provider: the one place where a variant is decided.
 * A variant for CUDA would compute in float16 with NhwcConv, GroupNorm (SiLU included) and SkipGroupNorm of
 * com.microsoft, which the CPU provider lacks; it must give the same numbers.
 */
import { product } from './dim.ts'
import { type Expose, Graph, type Kernels } from './graph.ts'
import { contribDomain } from './proto.ts'

/** How a graph is to be built. */
export interface GraphOptions {
  readonly variant?: keyof typeof variants
  readonly expose?: Expose
}

export function newGraph(name: string, options: GraphOptions = {}): Graph {
  return new Graph(name, variants[options.variant ?? 'portable'], options.expose)
}

/** NCHW and float32, in operators that the CPU provider has kernels for. Measured alternatives: docs/decisions/0002. */
const portable: Kernels = {
  arithmetic: 'F32',
  castable: ['F16', 'BF16', 'F64', 'F8_E4M3', 'F8_E5M2'],

  /** QuickGelu is x · sigmoid(alpha x) in one pass over memory. */
  silu: (g, x) =>
    g.op('QuickGelu', [x], x.shape, { domain: contribDomain, attributes: { alpha: { float: 1 } } }),

  linear(g, x, weight, bias, shape) {
    if (x.shape.length === 2) return g.op('Gemm', [x, weight, bias], shape, { attributes: { transB: 1 } })
    const y = g.op('FusedMatMul', [x, weight], shape, { domain: contribDomain, attributes: { transB: 1 } })
    return bias ? g.add(y, bias) : y
  },

  attention: (g, q, k, v, heads, causal) =>
    g.op('MultiHeadAttention', [q, k, v], q.shape, {
      domain: contribDomain,
      attributes: { num_heads: heads, unidirectional: causal ? 1 : 0 },
    }),

  /** GroupNormalization has no CPU kernel of its own (it falls apart into many nodes): groups become instances. */
  groupNorm(g, x, scale, bias, groups, epsilon) {
    const [batch = 0, channels = 0, ...rest] = x.shape
    const perGroup = product([Number(channels) / groups, ...rest])
    const grouped = g.reshape(x, [batch, groups, perGroup])
    const ones = g.floats(Array<number>(groups).fill(1))
    const zeros = g.floats(Array<number>(groups).fill(0))
    const normal = g.op('InstanceNormalization', [grouped, ones, zeros], grouped.shape, {
      attributes: { epsilon: { float: epsilon } },
    })
    const perChannel = [Number(channels), ...rest.map(() => 1)]
    const scaled = g.mul(g.reshapeLike(normal, x), g.weight(scale, perChannel))
    return g.add(scaled, g.weight(bias, perChannel))
  },
}

const variants = { portable }
