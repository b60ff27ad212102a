/**
 * The variant for NVIDIA cards: pictures are [B, H, W, C], the layout of tensor cores, with operators of com.microsoft
 * (onnxruntime, ContribOperators.md) that have kernels in the CUDA provider only.
 *
 * The runtime rearranges PyTorch's weights once, when the session opens: 3×3 kernels from [out, in, k, k] to
 * [out, k, k, in], and the weights of q, k and v to one matrix. The card holds each weight once.
 */

import type { Precision } from '../../../common/choices.ts'
import { product } from '../dim.ts'
import type { Graph } from '../graph.ts'
import type { Value } from '../model.ts'
import { contribDomain } from '../proto.ts'
import { portable } from './portable.ts'
import type { GroupNormParts, Variant } from './variant.ts'

export const cuda = (precision: Precision): Variant => ({
  ...portable(precision),
  layout: 'NHWC',

  groupNorm: (g, x, parts) => groupNorm(g, x, parts, 'none'),

  conv(g, x, weight, bias, stride, pads, shape) {
    const [out = 0, channels = 0, kernel] = weight.shape
    const stored = g.weight(weight)
    const channelsLast =
      kernel === 1 ? g.reshape(stored, [out, 1, 1, channels]) : g.transpose(stored, [0, 2, 3, 1])
    const attributes = { kernel_shape: [Number(kernel), Number(kernel)], strides: [stride, stride], pads }
    return g.op('NhwcConv', [x, channelsLast, bias], shape, { domain: contribDomain, attributes })
  },

  fused: {
    groupNormSilu: (g, x, parts) => groupNorm(g, x, parts, 'silu'),

    /** Outputs: the norm, mean and 1/deviation (both omitted), the sum. */
    addLayerNorm(g, x, y, scale, bias, epsilon) {
      const { dtype, shape } = x
      const [normal, sum] = g.ops(
        'SkipLayerNormalization',
        [x, y, scale, bias],
        [{ dtype, shape }, undefined, undefined, { dtype, shape }],
        { domain: contribDomain, attributes: { epsilon: { float: epsilon } } },
      )
      if (!normal || !sum) throw new Error('SkipLayerNormalization gives a norm and a sum')
      return { sum, normal }
    },

    geglu(g, x, bias) {
      const [batch = 0, tokens = 0, width] = x.shape
      if (!splitGeluWidths.includes(Number(width))) {
        const [value, gate] = g.halves(g.add(x, bias))
        return g.mul(value, g.gelu(gate))
      }
      return g.op('BiasSplitGelu', [x, bias], [batch, tokens, Number(width) / 2], { domain: contribDomain })
    },

    /** One matrix gives q, k and v, head by head: [B, T, heads, 3, width of a head], the input layout of the kernels. */
    selfAttention(g, x, weights, heads) {
      const [batch = 0, tokens = 0, channels] = x.shape
      const width = Number(channels)
      const perHead = width / heads
      const [q, k, v] = weights.map(weight => g.reshape(weight, [heads, 1, perHead, width]))
      if (!q || !k || !v) throw new Error('q, k and v have a weight each')
      const packed = g.reshape(g.concat(1, q, k, v), [3 * width, width])
      const qkv = g.linear(x, packed, undefined)
      return g.op('MultiHeadAttention', [g.reshape(qkv, [batch, tokens, heads, 3, perHead])], x.shape, {
        domain: contribDomain,
        attributes: { num_heads: heads },
      })
    },
  },
})

/** The widths that BiasSplitGelu has kernels for (onnxruntime, contrib_ops/cuda/diffusion/bias_split_gelu_impl.cu). */
const splitGeluWidths: readonly number[] = [2560, 5120, 6144, 10_240, 12_288]

/** Statistics in float32; scale and bias are float32. */
function groupNorm(g: Graph, x: Value, parts: GroupNormParts, activation: 'none' | 'silu'): Value {
  const isSilu = activation === 'silu'
  const [channels = 0] = parts.scale.shape
  if (hasKernel(channels / parts.groups)) return groupNormKernel(g, x, parts, isSilu)
  const normal = groupNormByMeans(g, x, parts)
  return isSilu ? g.silu(normal) : normal
}

/**
 * GroupNorm's kernel takes two channels per thread and at most 512 per block, and a block has whole groups
 * (onnxruntime, contrib_ops/cuda/diffusion/group_norm_impl.cu). Tiny models have groups of one channel.
 */
function hasKernel(channelsPerGroup: number): boolean {
  return channelsPerGroup % 2 === 0 && channelsPerGroup <= 512
}

/** (x − mean) / √(variance + ε) · scale + bias in float32, of operators that have kernels for every width of a group. */
function groupNormByMeans(g: Graph, x: Value, { scale, bias, groups, epsilon }: GroupNormParts): Value {
  const [batch = 0, height = 0, width = 0, channels = 0] = x.shape
  const precise = g.inType(x, 'F32')
  const grouped = g.reshape(precise, [batch, product([height, width]), groups, Number(channels) / groups])
  const meanOf = (values: Value) => g.op('ReduceMean', [values, g.integers([1, 3])], [batch, 1, groups, 1])
  const centred = g.op('Sub', [grouped, meanOf(grouped)], grouped.shape)
  const variance = meanOf(g.mul(centred, centred))
  const deviation = g.op('Sqrt', [g.add(variance, g.floats([epsilon]))], variance.shape)
  const normal = g.reshapeLike(g.op('Div', [centred, deviation], grouped.shape), precise)
  const scaled = g.mul(normal, g.weight(scale, scale.shape, 'F32'))
  return g.inType(g.add(scaled, g.weight(bias, bias.shape, 'F32')), x.dtype)
}

function groupNormKernel(
  g: Graph,
  x: Value,
  { scale, bias, groups, epsilon }: GroupNormParts,
  isSilu: boolean,
): Value {
  return g.op(
    'GroupNorm',
    [x, g.weight(scale, scale.shape, 'F32'), g.weight(bias, bias.shape, 'F32')],
    x.shape,
    {
      domain: contribDomain,
      attributes: {
        epsilon: { float: epsilon },
        groups,
        activation: isSilu ? 1 : 0,
        channels_last: 1,
      },
    },
  )
}
