/** The base of the graph builder: inputs, outputs, weights, the scope of names, and single nodes. */
import { AppError } from '../../errors/errors.ts'
import { type Arrangement, asArranged, sliceOf } from '../weights/arrangements/arrangement.ts'
import { bytesPerElement, type DType } from '../weights/dtype.ts'
import type { StoredTensor } from '../weights/safetensors.ts'
import { type Dim, type Shape, shapeText } from './dim.ts'
import { ModelWriter, type NodeOptions, type OnnxModel, type Value } from './model.ts'
import { dataType } from './proto.ts'
import { arithmeticOf, type Variant } from './variants/variant.ts'

/** The types that weights may be stored in. */
const weightTypes: readonly DType[] = ['F32', 'F16', 'BF16', 'F64', 'F8_E4M3', 'F8_E5M2']

/** Paths of modules whose outputs become graph outputs with the path as their name; 'all' means every module. */
export type Expose = readonly string[] | 'all'

/** Has no arithmetic; Graph adds the operators. */
export abstract class GraphBuilder {
  readonly variant: Variant
  readonly #writer: ModelWriter
  readonly #expose: Expose
  readonly #marked = new Map<string, Value>()
  readonly #linearWeights = new Map<string, StoredTensor>()
  readonly #arrangements = new Map<StoredTensor, Arrangement>()
  #grownBy = 0
  #cutBytes = 0
  #scope = ''

  constructor(name: string, variant: Variant, expose: Expose = []) {
    this.#writer = new ModelWriter(name)
    this.variant = variant
    this.#expose = expose
  }

  // --- Inputs and outputs ---

  /** The type that the graph computes in. */
  get arithmetic(): DType {
    return arithmeticOf(this.variant.precision)
  }

  /** A float input is float32 and is cast to the graph's arithmetic. */
  input(name: string, dtype: DType, shape: Shape): Value {
    const value = this.#writer.input(name, dtype, shape)
    return dtype === 'F32' ? this.inType(value, this.arithmetic) : value
  }

  /** An input that stays float32, for numbers that need more precision than float16. */
  float32Input(name: string, shape: Shape): Value {
    return this.#writer.input(name, 'F32', shape)
  }

  /** Float outputs are cast to float32. */
  output(name: string, value: Value): void {
    this.#writer.output(name, value.dtype === this.arithmetic ? this.inType(value, 'F32') : value)
  }

  /** Runs `body` under a module path, which names its nodes, and records the result as that module's output. */
  within(path: string, body: () => Value): Value {
    const outer = this.#scope
    this.#scope = path
    try {
      return this.mark(path, body())
    } finally {
      this.#scope = outer
    }
  }

  /** Records a value under a path, for `expose`. */
  mark(path: string, value: Value): Value {
    this.#marked.set(path, value)
    return value
  }

  /**
   * A weight in the graph's arithmetic, or in `type`. It is cast, scaled and transposed once, when the session loads, or
   * used unchanged if it needs none of that. dims: the shape to view it with, if not its own.
   */
  weight(tensor: StoredTensor, dims: readonly number[] = tensor.shape, type = this.arithmetic): Value {
    if (!weightTypes.includes(tensor.dtype)) {
      const { dtype } = tensor
      const problem = { what: 'tensor-dtype' as const, tensor: tensor.name, dtype, usable: [...weightTypes] }
      throw new AppError('model-file', { file: tensor.file, problem })
    }
    if (tensor.arrangement) throw new Error(`${tensor.name} is stored as ${tensor.arrangement}`)
    const stored = this.#writer.stored(tensor, tensor.isTransposed ? dims.toReversed() : dims)
    const value = this.inType(stored, type)
    const scaled = tensor.scale
      ? this.op('Mul', [value, this.weight(tensor.scale, tensor.scale.shape, type)], value.shape)
      : value
    return tensor.isTransposed ? this.transpose(scaled, [1, 0]) : scaled
  }

  /** A weight in an arrangement, if its file has it; otherwise undefined, and the caller computes it. Both cases are recorded. */
  arranged(tensor: StoredTensor, arrangement: Arrangement): StoredTensor | undefined {
    this.#arrangements.set(tensor, arrangement)
    return tensor.arrangement === arrangement ? asArranged(tensor, arrangement) : undefined
  }

  /** The square blocks of a stored matrix [C, n·C], from left to right: each [C, C], or [1, C, C] as a `batch` of one. */
  squareBlocks(tensor: StoredTensor, batch: readonly 1[] = []): Value[] {
    const [rows = 0, columns = 0] = tensor.shape
    const count = columns / rows
    const shape = [...batch, rows, rows]
    const arranged = this.arranged(tensor, 'square-blocks')
    if (arranged) {
      return Array.from({ length: count }, (_, i) => this.weight(sliceOf(arranged, i, count), shape))
    }
    this.#cutBytes += tensor.length
    const whole = this.#writer.stored(tensor, [...batch, rows, columns])
    const block = { dtype: tensor.dtype, shape }
    const attributes = { axis: batch.length + 1, num_outputs: count }
    // One node copies the matrix once, when the session opens; a node for each block would copy the whole matrix each time.
    return this.ops('Split', [whole], Array(count).fill(block), { attributes }).map(value =>
      this.inType(value, this.arithmetic),
    )
  }

  /** The bytes of a tensor as they lie in its file. */
  protected storedAs(tensor: StoredTensor, dims: readonly number[]): Value {
    return this.#writer.stored(tensor, dims)
  }

  /** Remembers the weight of a linear layer, for `OnnxModel.linearWeights`. */
  protected recordLinear(tensor: StoredTensor): void {
    this.#linearWeights.set(tensor.name, tensor)
  }

  /** Records the additional numbers that the session holds, because it transforms weights when it opens. */
  recordGrowth(numbers: number): void {
    this.#grownBy += numbers
  }

  cast(x: Value, dtype: DType): Value {
    return this.op('Cast', [x], x.shape, { attributes: { to: dataType(dtype) } }, dtype)
  }

  /** Casts x; returns x itself if it already has that type. */
  inType(x: Value, dtype: DType): Value {
    return x.dtype === dtype ? x : this.cast(x, dtype)
  }

  transpose(x: Value, order: readonly number[]): Value {
    const shape = order.map(axis => this.axis('Transpose', x, axis))
    return this.op('Transpose', [x], shape, { attributes: { perm: order } })
  }

  // --- Pictures: values of four axes, in the variant's layout ---

  /** The axis of a picture's channels. */
  get channelAxis(): 1 | 3 {
    return this.variant.layout === 'NCHW' ? 1 : 3
  }

  /** [B, C, H, W] → a picture. */
  asPicture(x: Value): Value {
    return this.variant.layout === 'NCHW' ? x : this.transpose(x, toChannelsLast)
  }

  /** A picture → [B, C, H, W]. */
  channelsFirst(picture: Value): Value {
    return this.variant.layout === 'NCHW' ? picture : this.transpose(picture, toChannelsFirst)
  }

  /** A picture → [B, H, W, C]. */
  channelsLast(picture: Value): Value {
    return this.variant.layout === 'NHWC' ? picture : this.transpose(picture, toChannelsLast)
  }

  /** [B, H, W, C] → a picture. */
  fromChannelsLast(x: Value): Value {
    return this.variant.layout === 'NHWC' ? x : this.transpose(x, toChannelsFirst)
  }

  // --- Constants, nodes and the model ---

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
      this.output(path, value.shape.length === 4 ? this.channelsFirst(value) : value)
    }
    const bytesPerWeight = bytesPerElement[this.arithmetic]
    const model = this.#writer.build(bytesPerWeight)
    return {
      ...model,
      weightBytes: model.weightBytes + bytesPerWeight * this.#grownBy,
      linearWeights: [...this.#linearWeights.values()],
      arrangements: this.#arrangements,
      cutBytes: this.#cutBytes,
    }
  }

  /** Adds one node with one output. The other methods use it, and variants may use it for their own operators. */
  op(
    op: string,
    inputs: readonly (Value | undefined)[],
    shape: Shape,
    options: NodeOptions = {},
    dtype: DType = inputs[0]?.dtype ?? 'F32',
  ): Value {
    const [value] = this.ops(op, inputs, [{ dtype, shape }], options)
    if (!value) throw new Error(`${op} has no output`)
    return value
  }

  /** Adds one node with the given results; undefined results are omitted. */
  ops(
    op: string,
    inputs: readonly (Value | undefined)[],
    results: readonly ({ dtype: DType; shape: Shape } | undefined)[],
    options: NodeOptions = {},
  ): Value[] {
    return this.#writer.node(this.#scope, op, inputs, results, options)
  }

  protected axis(op: string, x: Value, axis: number): Dim {
    const dim = x.shape[axis]
    if (dim === undefined) throw this.mismatch(op, `${shapeText(x.shape)} has no axis ${axis}`)
    return dim
  }

  /** A shape mismatch is a defect of Easel or an inconsistent config.json. The module path shows where. */
  protected mismatch(op: string, what: string): AppError {
    return new AppError('internal', {
      problem: `${op} at ${this.#scope || 'the top'}: shapes do not fit: ${what}`,
    })
  }
}

const toChannelsLast = [0, 2, 3, 1]
const toChannelsFirst = [0, 3, 1, 2]
