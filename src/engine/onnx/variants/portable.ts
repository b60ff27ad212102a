/**
 * The portable variant: NCHW, with operators that have kernels in the CPU, WebGPU and CUDA providers. Measured
 * alternatives for the CPU: docs/decisions/0002.
 */
import type { Precision } from '../../../common/choices.ts'
import { product } from '../dim.ts'
import { contribDomain } from '../proto.ts'
import type { Variant } from './variant.ts'

export const portable = (precision: Precision): Variant => ({
  precision,
  layout: 'NCHW',

  /** QuickGelu is x · sigmoid(alpha x) in one pass over memory. */
  silu: (g, x) =>
    g.op('QuickGelu', [x], x.shape, { domain: contribDomain, attributes: { alpha: { float: 1 } } }),

  linear(g, x, weight, bias, shape) {
    if (x.shape.length === 2) return g.op('Gemm', [x, weight, bias], shape, { attributes: { transB: 1 } })
    const y = g.op('FusedMatMul', [x, weight], shape, { domain: contribDomain, attributes: { transB: 1 } })
    return bias ? g.add(y, bias) : y
  },

  /** The kernels accumulate the softmax in float32 for any type of q, k and v. */
  attention: (g, q, k, v, heads, causal) =>
    g.op('MultiHeadAttention', [q, k, v], q.shape, {
      domain: contribDomain,
      attributes: { num_heads: heads, unidirectional: causal ? 1 : 0 },
    }),

  /**
   * GroupNormalization has no CPU kernel (it is expanded into many nodes), so this uses InstanceNormalization per group. It
   * computes in float32, as the reference does, because the squares of a group's values exceed float16's range.
   */
  groupNorm(g, x, { scale, bias, groups, epsilon }) {
    const [batch = 0, channels = 0, ...rest] = x.shape
    const precise = g.inType(x, 'F32')
    const perGroup = product([Number(channels) / groups, ...rest])
    const grouped = g.reshape(precise, [batch, groups, perGroup])
    const ones = g.floats(Array<number>(groups).fill(1))
    const zeros = g.floats(Array<number>(groups).fill(0))
    const normal = g.op('InstanceNormalization', [grouped, ones, zeros], grouped.shape, {
      attributes: { epsilon: { float: epsilon } },
    })
    const perChannel = [Number(channels), ...rest.map(() => 1)]
    const scaled = g.mul(g.reshapeLike(normal, precise), g.weight(scale, perChannel, 'F32'))
    return g.inType(g.add(scaled, g.weight(bias, perChannel, 'F32')), x.dtype)
  },

  conv(g, x, weight, bias, stride, pads, shape) {
    const [, , kernel] = weight.shape
    const attributes = { kernel_shape: [Number(kernel), Number(kernel)], strides: [stride, stride], pads }
    return g.op('Conv', [x, g.weight(weight), bias], shape, { attributes })
  },
})
