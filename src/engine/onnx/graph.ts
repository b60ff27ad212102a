/** Owns the vocabulary in which modules are written: ONNX's operators as methods that check shapes as they go. */
import { AppError } from '../../errors.ts'
import type { DType } from '../weights/dtype.ts'
import type { StoredTensor } from '../weights/safetensors.ts'
import { type Dim, halved, product, type Shape, sameDim, sameShape, shapeText, times } from './dim.ts'
import { ModelWriter, type NodeOptions, type OnnxModel, type Value } from './model.ts'
import { contribDomain, dataType } from './proto.ts'

/** The operators that differ by execution provider. Shapes are checked before a kernel is called. */
export interface Kernels {
  readonly arithmetic: DType
  /** What weights may be stored as, besides the arithmetic's own type. */
  readonly castable: readonly DType[]
  silu(g: Graph, x: Value): Value
  /** shape: that of the result. */
  linear(g: Graph, x: Value, weight: Value, bias: Value | undefined, shape: Shape): Value
  attention(g: Graph, q: Value, k: Value, v: Value, heads: number, causal: boolean): Value
  groupNorm(
    g: Graph,
    x: Value,
    scale: StoredTensor,
    bias: StoredTensor,
    groups: number,
    epsilon: number,
  ): Value
}

/** Module paths whose outputs become outputs of the graph, named by their path; 'all' for every one. */
export type Expose = readonly string[] | 'all'

/** Symmetric or one-sided padding of the two spatial axes: [top, left, bottom, right]. */
export type Padding = readonly [number, number, number, number]

/** A network under construction. Every method adds nodes and returns the value that they will compute. */
export class Graph {
  readonly kernels: Kernels
  readonly #writer: ModelWriter
  readonly #expose: Expose
  readonly #marked = new Map<string, Value>()
  #scope = ''

  constructor(name: string, kernels: Kernels, expose: Expose = []) {
    this.#writer = new ModelWriter(name)
    this.kernels = kernels
    this.#expose = expose
  }

  // --- What goes in and out ---

  input(name: string, dtype: DType, shape: Shape): Value {
    return this.#writer.input(name, dtype, shape)
  }

  output(name: string, value: Value): void {
    this.#writer.output(name, value)
  }

  /** Runs `body` under a module path, which names its nodes, and remembers the result as that module's output. */
  within(path: string, body: () => Value): Value {
    const outer = this.#scope
    this.#scope = path
    try {
      return this.mark(path, body())
    } finally {
      this.#scope = outer
    }
  }

  /** Remembers a value under a path, for `expose`. */
  mark(path: string, value: Value): Value {
    this.#marked.set(path, value)
    return value
  }

  /**
   * A weight in the graph's arithmetic (cast, scaled and transposed once, when the session loads).
   * dims: how to see it, if not by its own shape.
   */
  weight(tensor: StoredTensor, dims: readonly number[] = tensor.shape): Value {
    const stored = this.#writer.stored(tensor, tensor.isTransposed ? dims.toReversed() : dims)
    const value = this.#inArithmetic(tensor, stored)
    const scaled = tensor.scale ? this.mul(value, this.weight(tensor.scale)) : value
    return tensor.isTransposed ? this.transpose(scaled, [1, 0]) : scaled
  }

  #inArithmetic(tensor: StoredTensor, stored: Value): Value {
    if (stored.dtype === this.kernels.arithmetic) return stored
    if (!this.kernels.castable.includes(stored.dtype)) {
      const { dtype } = stored
      const usable = [...this.kernels.castable]
      throw new AppError('model-file', {
        file: tensor.file,
        problem: { what: 'tensor-dtype', tensor: tensor.name, dtype, usable },
      })
    }
    return this.cast(stored, this.kernels.arithmetic)
  }

  floats(values: readonly number[], dims: readonly number[] = [values.length]): Value {
    return this.#writer.constant('F32', dims, new Uint8Array(Float32Array.from(values).buffer))
  }

  integers(values: readonly number[], dims: readonly number[] = [values.length]): Value {
    return this.#writer.constant('I64', dims, new Uint8Array(BigInt64Array.from(values, BigInt).buffer))
  }

  build(): OnnxModel {
    const paths = this.#expose === 'all' ? [...this.#marked.keys()] : this.#expose
    for (const path of paths) {
      const value = this.#marked.get(path)
      if (!value) throw new Error(`no module has the path "${path}"`)
      this.output(path, value)
    }
    return this.#writer.build()
  }

  // --- Elementwise ---

  add(a: Value, b: Value): Value {
    return this.#broadcast('Add', a, b)
  }

  mul(a: Value, b: Value): Value {
    return this.#broadcast('Mul', a, b)
  }

  /** x plus a value of its rank that, when the session runs, has x's extents or ones in their place. */
  addSpread(x: Value, y: Value): Value {
    return this.op('Add', [x, y], x.shape)
  }

  /** x · sigmoid(x), also called swish. */
  silu(x: Value): Value {
    return this.kernels.silu(this, x)
  }

  /** x · Φ(x), exactly (by erf). */
  gelu(x: Value): Value {
    return this.op('Gelu', [x], x.shape)
  }

  /** x · sigmoid(1.702 x), CLIP's first choice. */
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

  cast(x: Value, dtype: DType): Value {
    return this.op('Cast', [x], x.shape, { attributes: { to: dataType(dtype) } }, dtype)
  }

  // --- Shape ---

  /** shape: at most one extent that is neither a number nor the same as x's on that axis. */
  reshape(x: Value, shape: Shape): Value {
    const unknown = shape.filter((dim, axis) => typeof dim !== 'number' && !isSameAxis(x, axis, dim))
    if (unknown.length > 1 || !sameDim(product(x.shape), product(shape))) {
      throw this.#mismatch('Reshape', `${shapeText(x.shape)} cannot become ${shapeText(shape)}`)
    }
    const target = shape.map((dim, axis) =>
      typeof dim === 'number' ? dim : isSameAxis(x, axis, dim) ? 0 : -1,
    )
    return this.op('Reshape', [x, this.integers(target)], shape)
  }

  /** Gives x the shape that `like` has when the session runs; both hold the same number of elements. */
  reshapeLike(x: Value, like: Value): Value {
    if (!sameDim(product(x.shape), product(like.shape))) {
      throw this.#mismatch('Reshape', `${shapeText(x.shape)} cannot become ${shapeText(like.shape)}`)
    }
    const shape = this.op('Shape', [like], [like.shape.length], {}, 'I64')
    return this.op('Reshape', [x, shape], like.shape)
  }

  transpose(x: Value, order: readonly number[]): Value {
    const shape = order.map(axis => this.#axis('Transpose', x, axis))
    return this.op('Transpose', [x], shape, { attributes: { perm: order } })
  }

  /** [B, C] → [B, C, 1, 1]: one value per channel, to be spread over a picture. */
  spread(x: Value): Value {
    return this.op('Unsqueeze', [x, this.integers([2, 3])], [...x.shape, 1, 1])
  }

  concat(axis: number, ...values: readonly [Value, ...Value[]]): Value {
    const [first, ...rest] = values
    let extent = this.#axis('Concat', first, axis)
    for (const value of rest) {
      const isFitting = sameShape(value.shape.with(axis, 0), first.shape.with(axis, 0))
      const size = this.#axis('Concat', value, axis)
      if (!isFitting || typeof extent !== 'number' || typeof size !== 'number') {
        throw this.#mismatch(
          'Concat',
          `${shapeText(first.shape)} and ${shapeText(value.shape)} on axis ${axis}`,
        )
      }
      extent += size
    }
    return this.op('Concat', values, first.shape.with(axis, extent), { attributes: { axis } })
  }

  /** Two halves of the last axis. */
  halves(x: Value): readonly [Value, Value] {
    const axis = x.shape.length - 1
    const shape = x.shape.with(axis, times(this.#axis('Split', x, axis), 0.5))
    const result = { dtype: x.dtype, shape }
    const [first, second] = this.#writer.node(this.#scope, 'Split', [x], [result, result], {
      attributes: { axis, num_outputs: 2 },
    })
    if (!first || !second) throw new Error('Split has two outputs')
    return [first, second]
  }

  // --- The work ---

  /** weight: [out, in, kernel, kernel]. Stride 1 keeps the sides, stride 2 gives half of them, rounded up. */
  conv(x: Value, weight: Value, bias: Value, stride: 1 | 2, pads: Padding): Value {
    const [batch, channels, ...sides] = x.shape
    const [out, channelsIn, kernel] = weight.shape
    const isFitting = x.shape.length === 4 && weight.shape.length === 4 && channels === channelsIn
    const [height, width] = stride === 1 ? sides : sides.map(halved)
    if (!isFitting || batch === undefined || !height || !width || out === undefined) {
      throw this.#mismatch('Conv', `${shapeText(x.shape)} by a kernel ${shapeText(weight.shape)}`)
    }
    const shape = [batch, out, height, width]
    const attributes = { kernel_shape: [Number(kernel), Number(kernel)], strides: [stride, stride], pads }
    return this.op('Conv', [x, weight, bias], shape, { attributes })
  }

  /** x [..., in] · weightᵀ (+ bias), weight [out, in] as PyTorch stores it. */
  linear(x: Value, weight: Value, bias: Value | undefined): Value {
    const [out, width] = weight.shape
    const last = x.shape.length - 1
    if (out === undefined || width === undefined || !isSameAxis(x, last, width)) {
      throw this.#mismatch('MatMul', `${shapeText(x.shape)} by a transposed ${shapeText(weight.shape)}`)
    }
    return this.kernels.linear(this, x, weight, bias, x.shape.with(last, out))
  }

  /** softmax(q kᵀ / √(width per head)) v. q [B, T, C], k and v [B, S, C]; causal: no token sees a later one. */
  attention(q: Value, k: Value, v: Value, heads: number, causal = false): Value {
    const width = q.shape[2]
    const isFitting =
      sameShape(k.shape, v.shape) && width === k.shape[2] && sameDim(q.shape[0] ?? 0, k.shape[0] ?? 0)
    if (!isFitting || typeof width !== 'number' || width % heads !== 0) {
      const shapes = [q, k, v].map(value => shapeText(value.shape)).join(', ')
      throw this.#mismatch('Attention', `${shapes} with ${heads} heads`)
    }
    return this.kernels.attention(this, q, k, v, heads, causal)
  }

  /** Normalises groups of channels, then scales and shifts each channel. x: [B, C, ...]; scale, bias: [C]. */
  groupNorm(x: Value, scale: StoredTensor, bias: StoredTensor, groups: number, epsilon: number): Value {
    const channels = x.shape[1]
    if (typeof channels !== 'number' || channels % groups !== 0) {
      throw this.#mismatch('GroupNorm', `${shapeText(x.shape)} in ${groups} groups`)
    }
    return this.kernels.groupNorm(this, x, scale, bias, groups, epsilon)
  }

  /** Normalises the last axis, then scales and shifts it. */
  layerNorm(x: Value, scale: Value, bias: Value, epsilon: number): Value {
    const last = x.shape.length - 1
    if (!isSameAxis(x, last, scale.shape[0] ?? 0)) {
      throw this.#mismatch('LayerNorm', `${shapeText(x.shape)} by ${shapeText(scale.shape)}`)
    }
    return this.op('LayerNormalization', [x, scale, bias], x.shape, {
      attributes: { axis: -1, epsilon: { float: epsilon } },
    })
  }

  /** Doubles height and width, each value becoming a square of four. */
  upsample(x: Value): Value {
    const [batch = 0, channels = 0, height = 0, width = 0] = x.shape
    const scales = this.floats([1, 1, 2, 2])
    const shape = [batch, channels, times(height, 2), times(width, 2)]
    return this.op('Resize', [x, undefined, scales], shape, { attributes: nearestNeighbour })
  }

  /** The same to the sides of `like`, of which x has half, rounded up: where one is odd, its last row or column is left out. */
  upsampleLike(x: Value, like: Value): Value {
    const sides = like.shape.slice(2)
    const halves = sides.map(side => halved(side) ?? 0)
    if (!sameShape(halves, x.shape.slice(2))) {
      throw this.#mismatch('Resize', `${shapeText(x.shape)} to the sides of ${shapeText(like.shape)}`)
    }
    const size = this.op('Shape', [like], [2], { attributes: { start: 2 } }, 'I64')
    return this.op('Resize', [x, undefined, undefined, size], [...x.shape.slice(0, 2), ...sides], {
      attributes: { ...nearestNeighbour, axes: [2, 3] },
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

  /** The place of each row's first maximum. x: [rows, T] → [rows, 1]. */
  firstMaximum(x: Value): Value {
    const attributes = { axis: 1, keepdims: 1, select_last_index: 0 }
    return this.op('ArgMax', [x], [this.#axis('ArgMax', x, 0), 1], { attributes }, 'I64')
  }

  /** One place of each row. x: [rows, T, C], places: [rows, 1] → [rows, C]. */
  pickRows(x: Value, places: Value): Value {
    const shape = [this.#axis('GatherND', x, 0), this.#axis('GatherND', x, 2)]
    return this.op('GatherND', [x, places], shape, { attributes: { batch_dims: 1 } })
  }

  /** One node with one output. The other methods are made of it; kernels may use it for operators of their own. */
  op(
    op: string,
    inputs: readonly (Value | undefined)[],
    shape: Shape,
    options: NodeOptions = {},
    dtype: DType = inputs[0]?.dtype ?? 'F32',
  ): Value {
    const [value] = this.#writer.node(this.#scope, op, inputs, [{ dtype, shape }], options)
    if (!value) throw new Error(`${op} has no output`)
    return value
  }

  #broadcast(op: string, a: Value, b: Value): Value {
    const rank = Math.max(a.shape.length, b.shape.length)
    const [left, right] = [a, b].map(({ shape }) => [...Array<Dim>(rank - shape.length).fill(1), ...shape])
    const shape = left?.map((dim, axis) => {
      const other = right?.[axis] ?? 1
      if (dim !== 1 && other !== 1 && !sameDim(dim, other)) {
        throw this.#mismatch(op, `${shapeText(a.shape)} and ${shapeText(b.shape)}`)
      }
      return dim === 1 ? other : dim
    })
    return this.op(op, [a, b], shape ?? [])
  }

  #axis(op: string, x: Value, axis: number): Dim {
    const dim = x.shape[axis]
    if (dim === undefined) throw this.#mismatch(op, `${shapeText(x.shape)} has no axis ${axis}`)
    return dim
  }

  /** Shapes that do not fit are our own mistake or a config.json at odds with itself: the place says which. */
  #mismatch(op: string, what: string): AppError {
    return new AppError('internal', {
      problem: `${op} at ${this.#scope || 'the top'}: shapes do not fit: ${what}`,
    })
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
