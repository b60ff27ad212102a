/** The graph builder: ONNX's operators as methods that check shapes. Modules are written with it. */
import { blockSize, blocksOf } from '../weights/quantised/quantise-rows.ts'
import type { StoredTensor } from '../weights/safetensors.ts'
import { type Dim, halve, product, type Shape, sameDim, sameShape, shapeText, times } from './dim.ts'
import { GraphBuilder } from './graph-builder.ts'
import type { Value } from './model.ts'
import { contribDomain } from './proto.ts'
import type { GroupNormParts } from './variants/variant.ts'

/** Symmetric or one-sided padding of the two spatial axes: [top, left, bottom, right]. */
export type Padding = readonly [number, number, number, number]

/**
 * A network under construction. Every method adds nodes and returns the value that they will compute.
 *
 * @example
 * const graph = newGraph('example')
 * const x = graph.input('x', 'F32', [symbol('batch'), 320])
 * graph.output('y', graph.silu(x))
 * const model = graph.build()
 */
export class Graph extends GraphBuilder {
  // --- Elementwise ---

  add(a: Value, b: Value): Value {
    return this.#broadcast('Add', a, b)
  }

  mul(a: Value, b: Value): Value {
    return this.#broadcast('Mul', a, b)
  }

  /** x + y with broadcasting: at run time each dimension of y equals x's or is 1. Both have the same rank. */
  addBroadcast(x: Value, y: Value): Value {
    return this.op('Add', [x, y], x.shape)
  }

  /** x · sigmoid(x), also called swish. */
  silu(x: Value): Value {
    return this.variant.silu(this, x)
  }

  /** x · Φ(x), computed exactly with erf. */
  gelu(x: Value): Value {
    return this.op('Gelu', [x], x.shape)
  }

  /** x · sigmoid(1.702 x), the activation of the original CLIP. */
  quickGelu(x: Value): Value {
    return this.op('QuickGelu', [x], x.shape, {
      domain: contribDomain,
      attributes: { alpha: { float: 1.702 } },
    })
  }

  sin(x: Value): Value {
    return this.op('Sin', [x], x.shape)
  }

  cos(x: Value): Value {
    return this.op('Cos', [x], x.shape)
  }

  // --- Shape ---

  /** shape: at most one dimension may be symbolic and differ from x's on that axis. */
  reshape(x: Value, shape: Shape): Value {
    const unknown = shape.filter((dim, axis) => typeof dim !== 'number' && !isSameAxis(x, axis, dim))
    if (unknown.length > 1 || !sameDim(product(x.shape), product(shape))) {
      throw this.mismatch('Reshape', `${shapeText(x.shape)} cannot become ${shapeText(shape)}`)
    }
    const target = shape.map((dim, axis) =>
      typeof dim === 'number' ? dim : isSameAxis(x, axis, dim) ? 0 : -1,
    )
    return this.op('Reshape', [x, this.integers(target)], shape)
  }

  /** Gives x the shape that `like` has at run time; both have the same number of elements. */
  reshapeLike(x: Value, like: Value): Value {
    if (!sameDim(product(x.shape), product(like.shape))) {
      throw this.mismatch('Reshape', `${shapeText(x.shape)} cannot become ${shapeText(like.shape)}`)
    }
    const shape = this.op('Shape', [like], [like.shape.length], {}, 'I64')
    return this.op('Reshape', [x, shape], like.shape)
  }

  /** [B, C] → one value per channel, which broadcasts over a picture. */
  broadcastChannels(x: Value): Value {
    const [batch = 0, channels = 0] = x.shape
    const isNchw = this.variant.layout === 'NCHW'
    const shape = isNchw ? [batch, channels, 1, 1] : [batch, 1, 1, channels]
    return this.op('Unsqueeze', [x, this.integers(isNchw ? [2, 3] : [1, 2])], shape)
  }

  concat(axis: number, ...values: readonly [Value, ...Value[]]): Value {
    const [first, ...rest] = values
    let extent = this.axis('Concat', first, axis)
    for (const value of rest) {
      const isFitting = sameShape(value.shape.with(axis, 0), first.shape.with(axis, 0))
      const size = this.axis('Concat', value, axis)
      if (!isFitting || typeof extent !== 'number' || typeof size !== 'number') {
        throw this.mismatch(
          'Concat',
          `${shapeText(first.shape)} and ${shapeText(value.shape)} on axis ${axis}`,
        )
      }
      extent += size
    }
    return this.op('Concat', values, first.shape.with(axis, extent), { attributes: { axis } })
  }

  /** The tokens of x, then those of y, at most one of which has any: the result has the shape of x or of y. x, y: [B, T, C] */
  concatTokens(x: Value, y: Value): Value {
    return this.op('Concat', [x, this.inType(y, x.dtype)], x.shape, { attributes: { axis: 1 } })
  }

  /** Two halves of the last axis. */
  halves(x: Value): readonly [Value, Value] {
    const axis = x.shape.length - 1
    const shape = x.shape.with(axis, times(this.axis('Split', x, axis), 0.5))
    const result = { dtype: x.dtype, shape }
    const [first, second] = this.ops('Split', [x], [result, result], {
      attributes: { axis, num_outputs: 2 },
    })
    if (!first || !second) throw new Error('Split has two outputs')
    return [first, second]
  }

  // --- Layers ---

  /** weight: [out, in, kernel, kernel]. Stride 1 keeps the sides, stride 2 halves them, rounded up. */
  conv(x: Value, weight: StoredTensor, bias: Value, stride: 1 | 2, pads: Padding): Value {
    const [out, channelsIn] = weight.shape
    const isFitting =
      x.shape.length === 4 && weight.shape.length === 4 && x.shape[this.channelAxis] === channelsIn
    const [height, width] = this.#sides(x).map(side => (stride === 1 ? side : halve(side)))
    if (!isFitting || !height || !width || out === undefined) {
      throw this.mismatch('Conv', `${shapeText(x.shape)} by a kernel ${shapeText(weight.shape)}`)
    }
    const shape = this.#pictureShape(x, out, [height, width])
    return this.variant.conv(this, x, weight, bias, stride, pads, shape)
  }

  /** x [..., in] · weightᵀ (+ bias), weight [out, in] as PyTorch stores it, or as a batch of one, which no session rearranges. */
  linear(x: Value, weight: Value, bias: Value | undefined): Value {
    const [out, width] = weight.shape.slice(-2)
    const last = x.shape.length - 1
    if (out === undefined || width === undefined || !isSameAxis(x, last, width)) {
      throw this.mismatch('MatMul', `${shapeText(x.shape)} by a transposed ${shapeText(weight.shape)}`)
    }
    return this.variant.linear(this, x, weight, bias, x.shape.with(last, out))
  }

  /** The same with a stored weight [out, in], which may be in 8-bit blocks. */
  storedLinear(x: Value, tensor: StoredTensor, bias: Value | undefined): Value {
    this.recordLinear(tensor)
    if (tensor.blockScales) return this.#quantisedLinear(x, tensor, tensor.blockScales, bias)
    return this.linear(x, this.weight(tensor), bias)
  }

  /** MatMulNBits. Level 4: activations are rounded to 8 bits too, in the same blocks, and integers are multiplied. */
  #quantisedLinear(x: Value, tensor: StoredTensor, scales: StoredTensor, bias: Value | undefined): Value {
    const [out = 0, width = 0] = tensor.shape
    const perRow = blocksOf(width)
    const integers = this.storedAs(tensor, [out, perRow, blockSize])
    const inputs = [x, integers, this.storedAs(scales, [out * perRow])]
    const attributes = { K: width, N: out, bits: 8, block_size: blockSize, accuracy_level: 4 }
    const shape = x.shape.with(x.shape.length - 1, out)
    const y = this.op('MatMulNBits', inputs, shape, { domain: contribDomain, attributes })
    return bias ? this.add(y, bias) : y
  }

  /** softmax(q kᵀ / √(width per head)) v. q [B, T, C], k and v [B, S, C]; causal: no token attends to a later one. */
  attention(q: Value, k: Value, v: Value, heads: number, causal = false): Value {
    const width = q.shape[2]
    const isFitting =
      sameShape(k.shape, v.shape) && width === k.shape[2] && sameDim(q.shape[0] ?? 0, k.shape[0] ?? 0)
    if (!isFitting || typeof width !== 'number' || width % heads !== 0) {
      const shapes = [q, k, v].map(value => shapeText(value.shape)).join(', ')
      throw this.mismatch('Attention', `${shapes} with ${heads} heads`)
    }
    return this.variant.attention(this, q, k, v, heads, causal)
  }

  /** Normalises groups of channels of a picture, then scales and shifts each channel. */
  groupNorm(x: Value, parts: GroupNormParts): Value {
    const channels = x.shape[this.channelAxis]
    if (typeof channels !== 'number' || channels % parts.groups !== 0) {
      throw this.mismatch('GroupNorm', `${shapeText(x.shape)} in ${parts.groups} groups`)
    }
    return this.variant.groupNorm(this, x, parts)
  }

  /** Normalises the last axis, then scales and shifts it. */
  layerNorm(x: Value, scale: Value, bias: Value, epsilon: number): Value {
    const last = x.shape.length - 1
    if (!isSameAxis(x, last, scale.shape[0] ?? 0)) {
      throw this.mismatch('LayerNorm', `${shapeText(x.shape)} by ${shapeText(scale.shape)}`)
    }
    return this.op('LayerNormalization', [x, scale, bias], x.shape, {
      attributes: { axis: -1, epsilon: { float: epsilon } },
    })
  }

  /** Doubles height and width (nearest neighbour). */
  upsample(x: Value): Value {
    const scales = this.floats(this.variant.layout === 'NCHW' ? [1, 1, 2, 2] : [1, 2, 2, 1])
    const doubled = this.#sides(x).map(side => times(side, 2))
    const shape = this.#pictureShape(x, x.shape[this.channelAxis] ?? 0, doubled)
    return this.op('Resize', [x, undefined, scales], shape, { attributes: nearestNeighbour })
  }

  /** Upsamples x to the sides of `like`. x has half of them, rounded up; for an odd side the last row or column is cut. */
  upsampleLike(x: Value, like: Value): Value {
    const sides = this.#sides(like)
    const halves = sides.map(side => halve(side) ?? 0)
    if (!sameShape(halves, this.#sides(x))) {
      throw this.mismatch('Resize', `${shapeText(x.shape)} to the sides of ${shapeText(like.shape)}`)
    }
    const [start, end] = this.variant.layout === 'NCHW' ? [2, 4] : [1, 3]
    const shapeOfLike = this.op('Shape', [like], [2], { attributes: { start, end } }, 'I64')
    // Resize refuses sizes that shape inference knows to be no numbers, as those of a value without a rank; it knows nothing of Max.
    const size = this.op('Max', [shapeOfLike, this.integers([1, 1])], [2])
    const shape = this.#pictureShape(x, x.shape[this.channelAxis] ?? 0, sides)
    return this.op('Resize', [x, undefined, undefined, size], shape, {
      attributes: { ...nearestNeighbour, axes: [start, start + 1] },
    })
  }

  /** Entries along an axis of `table`, by number: [N, C] and ids [...] → [..., C]. */
  gather(table: Value, ids: Value, axis = 0): Value {
    const shape = [...table.shape.slice(0, axis), ...ids.shape, ...table.shape.slice(axis + 1)]
    return this.op('Gather', [table, ids], shape, { attributes: { axis } }, table.dtype)
  }

  /** 1 where x is the number, else 0. */
  equals(x: Value, number: number): Value {
    const same = this.op('Equal', [x, this.cast(this.integers([number], []), x.dtype)], x.shape, {}, 'BOOL')
    return this.cast(same, x.dtype)
  }

  /** The index of each row's first maximum. x: [rows, T] → [rows, 1]. */
  firstMaximum(x: Value): Value {
    const attributes = { axis: 1, keepdims: 1, select_last_index: 0 }
    return this.op('ArgMax', [x], [this.axis('ArgMax', x, 0), 1], { attributes }, 'I64')
  }

  /** One position of each row. x: [rows, T, C], places: [rows, 1] → [rows, C]. */
  pickRows(x: Value, places: Value): Value {
    const shape = [this.axis('GatherND', x, 0), this.axis('GatherND', x, 2)]
    return this.op('GatherND', [x, places], shape, { attributes: { batch_dims: 1 } })
  }

  /** Height and width of a picture. */
  #sides(picture: Value): Dim[] {
    const [, second = 0, third = 0, fourth = 0] = picture.shape
    return this.variant.layout === 'NCHW' ? [third, fourth] : [second, third]
  }

  #pictureShape(like: Value, channels: Dim, sides: readonly Dim[]): Shape {
    const [batch = 0] = like.shape
    return this.variant.layout === 'NCHW' ? [batch, channels, ...sides] : [batch, ...sides, channels]
  }

  #broadcast(op: string, a: Value, b: Value): Value {
    const rank = Math.max(a.shape.length, b.shape.length)
    const [left, right] = [a, b].map(({ shape }) => [...Array<Dim>(rank - shape.length).fill(1), ...shape])
    const shape = left?.map((dim, axis) => {
      const other = right?.[axis] ?? 1
      if (dim !== 1 && other !== 1 && !sameDim(dim, other)) {
        throw this.mismatch(op, `${shapeText(a.shape)} and ${shapeText(b.shape)}`)
      }
      return dim === 1 ? other : dim
    })
    return this.op(op, [a, b], shape ?? [])
  }
}

const nearestNeighbour = {
  mode: 'nearest',
  coordinate_transformation_mode: 'asymmetric',
  nearest_mode: 'floor',
}

function isSameAxis(x: Value, axis: number, dim: Dim): boolean {
  const own = x.shape[axis]
  return own !== undefined && sameDim(own, dim)
}
