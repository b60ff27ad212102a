/**
 * Products, convolutions, norms and attention in float64, after onnx's Operators.md and onnxruntime's ContribOperators.md
 * (com.microsoft: FusedMatMul, MultiHeadAttention, NhwcConv, GroupNorm, SkipLayerNormalization, BiasSplitGelu).
 */
import { array, broadcast, map, type NumberArray, sizeOf, stridesOf, transpose } from './array.ts'
import { type Attributes, gelu, input, listOf, numberOf, type Operator } from './operators.ts'

/** a [..., n, k] · bᵀ with b [m, k]. */
function timesTransposed(a: NumberArray, b: NumberArray): NumberArray {
  const [m = 0, k = 0] = b.shape
  if (a.shape.at(-1) !== k) throw new Error(`[${a.shape}] by a transposed [${b.shape}]`)
  const rows = a.data.length / k
  const y = array(a, [...a.shape.slice(0, -1), m])
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < m; column++) {
      let sum = 0
      for (let i = 0; i < k; i++) sum += (a.data[row * k + i] ?? 0) * (b.data[column * k + i] ?? 0)
      y.data[row * m + column] = sum
    }
  }
  return y
}

/** x: [B, H, W, C], w: [out, k, k, C] → [B, H', W', out]. */
function convolve(x: NumberArray, w: NumberArray, bias: NumberArray, attributes: Attributes): NumberArray {
  const [batch = 0, height = 0, width = 0, channels = 0] = x.shape
  const [out = 0, kernel = 0, , inner = 0] = w.shape
  if (channels !== inner) throw new Error(`[${x.shape}] by a kernel [${w.shape}]`)
  const [stride = 1] = listOf(attributes, 'strides')
  const [top = 0, left = 0, bottom = 0, right = 0] = listOf(attributes, 'pads')
  const rows = Math.floor((height + top + bottom - kernel) / stride) + 1
  const columns = Math.floor((width + left + right - kernel) / stride) + 1
  const y = array(x, [batch, rows, columns, out])
  const sumAt = (b: number, row: number, column: number, o: number) => {
    let sum = bias.data[o] ?? 0
    for (let ky = 0; ky < kernel; ky++) {
      const py = row * stride + ky - top
      if (py < 0 || py >= height) continue
      for (let kx = 0; kx < kernel; kx++) {
        const px = column * stride + kx - left
        if (px < 0 || px >= width) continue
        const from = ((b * height + py) * width + px) * channels
        const by = ((o * kernel + ky) * kernel + kx) * channels
        for (let c = 0; c < channels; c++) sum += (x.data[from + c] ?? 0) * (w.data[by + c] ?? 0)
      }
    }
    return sum
  }
  let at = 0
  for (let b = 0; b < batch; b++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        for (let o = 0; o < out; o++) y.data[at++] = sumAt(b, row, column, o)
      }
    }
  }
  return y
}

/** Each run of `length` values: (x - mean) / √(variance + epsilon). */
function normalise(x: NumberArray, length: number, epsilon: number): NumberArray {
  const y = array(x, x.shape)
  for (let start = 0; start < x.data.length; start += length) {
    const part = x.data.subarray(start, start + length)
    const mean = part.reduce((sum, value) => sum + value, 0) / length
    const variance = part.reduce((sum, value) => sum + (value - mean) ** 2, 0) / length
    const scale = 1 / Math.sqrt(variance + epsilon)
    part.forEach((value, i) => {
      y.data[start + i] = (value - mean) * scale
    })
  }
  return y
}

function affine(x: NumberArray, scale: NumberArray, bias: NumberArray): NumberArray {
  const scaled = broadcast(x, scale, (a, b) => a * b)
  return bias.data.length > 0 ? broadcast(scaled, bias, (a, b) => a + b) : scaled
}

function layerNorm(
  x: NumberArray,
  scale: NumberArray,
  bias: NumberArray,
  attributes: Attributes,
): NumberArray {
  return affine(normalise(x, x.shape.at(-1) ?? 1, numberOf(attributes, 'epsilon', 1e-5)), scale, bias)
}

/** q: [B, T, C]; k, v: [B, S, C]. */
function attention(
  q: NumberArray,
  k: NumberArray,
  v: NumberArray,
  heads: number,
  causal: boolean,
): NumberArray {
  const [batch = 0, tokens = 0, width = 0] = q.shape
  const [, seen = 0] = k.shape
  const perHead = width / heads
  const y = array(q, q.shape)
  for (let row = 0; row < batch * tokens; row++) {
    const [b, t] = [Math.floor(row / tokens), row % tokens]
    const last = causal ? t + 1 : seen
    for (let head = 0; head < heads; head++) {
      const at = (place: number) => (b * seen + place) * width + head * perHead
      const own = row * width + head * perHead
      const scores = Float64Array.from({ length: last }, (_, place) => {
        let sum = 0
        for (let i = 0; i < perHead; i++) sum += (q.data[own + i] ?? 0) * (k.data[at(place) + i] ?? 0)
        return sum / Math.sqrt(perHead)
      })
      const highest = scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY)
      const weights = scores.map(score => Math.exp(score - highest))
      const total = weights.reduce((sum, weight) => sum + weight, 0)
      for (let i = 0; i < perHead; i++) {
        let sum = 0
        for (let place = 0; place < last; place++) sum += (weights[place] ?? 0) * (v.data[at(place) + i] ?? 0)
        y.data[own + i] = sum / total
      }
    }
  }
  return y
}

/** [B, T, heads, 3, width of a head] → q, k and v, [B, T, C] each. */
function unpacked(x: NumberArray): [NumberArray, NumberArray, NumberArray] {
  const [batch = 0, tokens = 0, heads = 0, three = 0, perHead = 0] = x.shape
  if (x.shape.length !== 5 || three !== 3) throw new Error(`[${x.shape}] is not packed`)
  const byPart = transpose(x, [3, 0, 1, 2, 4])
  const size = sizeOf(byPart.shape) / 3
  const part = (i: number) =>
    array(x, [batch, tokens, heads * perHead], byPart.data.subarray(i * size, (i + 1) * size))
  return [part(0), part(1), part(2)]
}

export const networkOperators: Record<string, Operator> = {
  /** transB 1. */
  Gemm(inputs) {
    const y = timesTransposed(input(inputs, 0), input(inputs, 1))
    const bias = input(inputs, 2)
    return [bias.data.length > 0 ? broadcast(y, bias, (a, b) => a + b) : y]
  },
  FusedMatMul: inputs => [timesTransposed(input(inputs, 0), input(inputs, 1))],
  Conv(inputs, attributes) {
    const [x, weight] = [input(inputs, 0), input(inputs, 1)].map(one => transpose(one, [0, 2, 3, 1]))
    if (!x || !weight) throw new Error('no input')
    return [transpose(convolve(x, weight, input(inputs, 2), attributes), [0, 3, 1, 2])]
  },
  NhwcConv: (inputs, attributes) => [
    convolve(input(inputs, 0), input(inputs, 1), input(inputs, 2), attributes),
  ],
  LayerNormalization: (inputs, attributes) => [
    layerNorm(input(inputs, 0), input(inputs, 1), input(inputs, 2), attributes),
  ],
  /** Outputs: the norm, mean, inverse deviation, input + skip. */
  SkipLayerNormalization(inputs, attributes) {
    const sum = broadcast(input(inputs, 0), input(inputs, 1), (a, b) => a + b)
    return [layerNorm(sum, input(inputs, 2), input(inputs, 3), attributes), sum, sum, sum]
  },
  /** x: [B, instances, n], scale and bias one value per instance. */
  InstanceNormalization(inputs, attributes) {
    const x = input(inputs, 0)
    const normal = normalise(x, x.shape.at(-1) ?? 1, numberOf(attributes, 'epsilon', 1e-5))
    const perInstance = (one: NumberArray) => ({ ...one, shape: [one.data.length, 1] })
    return [affine(normal, perInstance(input(inputs, 1)), perInstance(input(inputs, 2)))]
  },
  /** channels_last 1: x is [B, H, W, C]. */
  /** The axes that remain keep their places, the others get an extent of 1. */
  ReduceMean(inputs) {
    const [x, axes] = [input(inputs, 0), [...input(inputs, 1).data]]
    const y = array(
      x,
      x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent)),
    )
    const strides = stridesOf(y.shape)
    const count = x.data.length / y.data.length
    x.data.forEach((value, i) => {
      let [at, rest] = [0, i]
      for (let axis = x.shape.length - 1; axis >= 0; axis--) {
        const extent = x.shape[axis] ?? 1
        if (!axes.includes(axis)) at += (rest % extent) * (strides[axis] ?? 0)
        rest = Math.floor(rest / extent)
      }
      y.data[at] = (y.data[at] ?? 0) + value / count
    })
    return [y]
  },
  GroupNorm(inputs, attributes) {
    const x = input(inputs, 0)
    const [batch = 0, height = 0, width = 0, channels = 0] = x.shape
    const groups = numberOf(attributes, 'groups')
    // onnxruntime, contrib_ops/cuda/diffusion/group_norm_impl.cu: two channels per thread, at most 512 per block.
    const channelsPerGroup = channels / groups
    if (channelsPerGroup % 2 !== 0 || channelsPerGroup > 512) {
      throw new Error(`GroupNorm in CUDA does not support the input: c=${channels} groups=${groups}`)
    }
    const byGroup = transpose(
      { ...x, shape: [batch, height * width, groups, channels / groups] },
      [0, 2, 1, 3],
    )
    const perGroup = height * width * (channels / groups)
    const normal = transpose(
      normalise(byGroup, perGroup, numberOf(attributes, 'epsilon', 1e-5)),
      [0, 2, 1, 3],
    )
    const y = affine({ ...normal, shape: x.shape }, input(inputs, 1), input(inputs, 2))
    const isSilu = numberOf(attributes, 'activation') === 1
    return [isSilu ? map(y, value => value / (1 + Math.exp(-value))) : y]
  },
  /** The left half times Gelu of the right, of x + bias. */
  BiasSplitGelu(inputs) {
    const x = broadcast(input(inputs, 0), input(inputs, 1), (a, b) => a + b)
    const [batch = 0, tokens = 0, doubled = 0] = x.shape
    // onnxruntime, contrib_ops/cuda/diffusion/bias_split_gelu_impl.cu
    if (![2560, 5120, 6144, 10240, 12288].includes(doubled)) {
      throw new Error(`hidden size should be 2560, 5120, 6144, 10240 or 12288, got ${doubled}`)
    }
    const half = doubled / 2
    const y = array(x, [batch, tokens, half])
    for (let i = 0; i < y.data.length; i++) {
      const from = Math.floor(i / half) * doubled + (i % half)
      y.data[i] = (x.data[from] ?? 0) * gelu(x.data[from + half] ?? 0)
    }
    return [y]
  },
  MultiHeadAttention(inputs, attributes) {
    const isPacked = input(inputs, 0).shape.length === 5
    const [q, k, v] = isPacked
      ? unpacked(input(inputs, 0))
      : [input(inputs, 0), input(inputs, 1), input(inputs, 2)]
    const causal = numberOf(attributes, 'unidirectional') === 1
    return [attention(q, k, v, numberOf(attributes, 'num_heads'), causal)]
  },
}
