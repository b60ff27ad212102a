/** The parts of an ONNX model while it is being written: names, nodes, constants and pointers into weight files. */
import { dirname, relative, sep } from 'node:path'
import type { Arrangement } from '../weights/arrangements/arrangement.ts'
import type { DType } from '../weights/dtype.ts'
import type { StoredTensor } from '../weights/safetensors.ts'
import type { Shape } from './dim.ts'
import { type Attribute, encodeModel, type NodeProto, type TensorProto, type ValueInfo } from './proto.ts'

/** A tensor in the graph: the output of a node, an input or an initialiser. */
export interface Value {
  readonly name: string
  readonly dtype: DType
  readonly shape: Shape
}

/** A finished graph, ready for a session. */
export interface OnnxModel {
  /** The bytes of the model file, computed on demand. Symbolic shapes of inputs are stated unless `withInputShapes` is false. */
  encode(withInputShapes?: boolean): Uint8Array
  /** The folder that contains all external data; empty when there is none. */
  readonly folder: string
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
  /** Number of elements in all weights that the graph points to. */
  readonly parameters: number
  /** Bytes of these weights in the type and the form in which the graph computes. */
  readonly weightBytes: number
  /** Bytes of the kernels of convolutions in that type, before the session rearranges or transforms them. */
  readonly kernelBytes: number
  /** Bytes of stored weights that are sliced when the session opens. The session holds the slices beside them until it is open. */
  readonly cutBytes: number
  /** Names of the nodes of sine and cosine, which GPU shaders compute with an error of about 2⁻¹². */
  readonly trigonometricNodes: readonly string[]
  /** The matrices of linear layers, which could be quantised. */
  readonly linearWeights: readonly StoredTensor[]
  /** The arrangements of weights that the graph wants, by tensor; it computes those that no file has. */
  readonly arrangements: ReadonlyMap<StoredTensor, Arrangement>
}

export interface NodeOptions {
  readonly attributes?: Readonly<Record<string, Attribute>>
  readonly domain?: string
}

export class ModelWriter {
  readonly #name: string
  readonly #nodes: NodeProto[] = []
  readonly #inputs: ValueInfo[] = []
  readonly #outputs: ValueInfo[] = []
  readonly #constants = new Map<string, TensorProto>()
  /** By file, name and dims: tensors of different files may have the same name. */
  readonly #stored = new Map<string, { name: string; tensor: StoredTensor; dims: readonly number[] }>()
  readonly #uses = new Map<string, number>()

  constructor(name: string) {
    this.#name = name
  }

  input(name: string, dtype: DType, shape: Shape): Value {
    const value = { name: this.#unique(name), dtype, shape }
    this.#inputs.push(value)
    return value
  }

  output(name: string, value: Value): void {
    const output = { name: this.#unique(name), dtype: value.dtype, shape: value.shape }
    this.#outputs.push(output)
    this.#nodes.push({
      op: 'Identity',
      domain: '',
      name: output.name,
      inputs: [value.name],
      outputs: [output.name],
      attributes: {},
    })
  }

  /** Adds a node with the given results. scope: a module path, which names the node in profiles and errors. */
  node(
    scope: string,
    op: string,
    inputs: readonly (Value | undefined)[],
    results: readonly ({ dtype: DType; shape: Shape } | undefined)[],
    options: NodeOptions,
  ): Value[] {
    const name = this.#unique(`${scope}/${op}`)
    const values = results.map((result, i) => result && { name: i === 0 ? name : `${name}:${i}`, ...result })
    this.#nodes.push({
      op,
      domain: options.domain ?? '',
      name,
      inputs: inputs.map(input => input?.name ?? ''), // an empty name leaves an optional input out
      outputs: values.map(value => value?.name ?? ''), // and so is an output that nobody wants
      attributes: options.attributes ?? {},
    })
    return values.filter(value => value !== undefined)
  }

  /** A small tensor inside the graph; equal ones are stored once. */
  constant(dtype: DType, dims: readonly number[], data: Uint8Array): Value {
    const name = `constant/${dtype}[${dims.join(',')}]/${Buffer.from(data).toString('base64url')}`
    if (!this.#constants.has(name)) this.#constants.set(name, { name, dtype, dims, data })
    return { name, dtype, shape: dims }
  }

  /** A tensor that stays in its file. dims: the shape to view it with, with the same number of elements. */
  stored(tensor: StoredTensor, dims: readonly number[]): Value {
    const key = `${tensor.file}:${tensor.name}[${dims.join(',')}]`
    const seen = dims.length === tensor.shape.length ? tensor.name : `${tensor.name}[${dims.join(',')}]`
    const stored = this.#stored.get(key) ?? { name: this.#unique(seen), tensor, dims }
    this.#stored.set(key, stored)
    return { name: stored.name, dtype: tensor.dtype, shape: dims }
  }

  /** `bytesPerWeight`: in the type in which the graph computes. */
  build(bytesPerWeight: number): Omit<OnnxModel, 'linearWeights' | 'arrangements' | 'cutBytes'> {
    const stored = [...this.#stored.values()]
    const folder = commonFolder(stored.map(({ tensor }) => tensor.file))
    const external = stored.map(({ name, tensor, dims }) => ({
      name,
      dtype: tensor.dtype,
      dims,
      data: {
        location: relative(folder, tensor.file).split(sep).join('/'),
        offset: tensor.offset,
        length: tensor.length,
      },
    }))
    const tensors = [
      ...new Map(stored.map(({ tensor }) => [`${tensor.file}:${tensor.name}`, tensor])).values(),
    ]
    const sum = (sizeOf: (tensor: StoredTensor) => number) =>
      tensors.reduce((total, tensor) => total + sizeOf(tensor), 0)
    return {
      encode: withInputShapes =>
        encodeModel({
          name: this.#name,
          inputs: this.#inputs,
          withInputShapes,
          outputs: this.#outputs,
          nodes: this.#nodes,
          initializers: [...this.#constants.values(), ...external],
        }),
      folder,
      inputs: this.#inputs,
      outputs: this.#outputs,
      parameters: sum(({ shape }) => elements(shape)),
      weightBytes: sum(({ shape, blockScales, length }) =>
        blockScales ? length : bytesPerWeight * elements(shape),
      ),
      kernelBytes: sum(({ shape }) => (shape.length === 4 ? bytesPerWeight * elements(shape) : 0)),
      trigonometricNodes: this.#nodes
        .filter(({ op }) => op === 'Sin' || op === 'Cos')
        .map(({ name }) => name),
    }
  }

  #unique(name: string): string {
    const uses = this.#uses.get(name) ?? 0
    this.#uses.set(name, uses + 1)
    return uses === 0 ? name : `${name}#${uses}`
  }
}

/** The deepest folder that contains all files: external data may not use absolute paths or `..`. */
function commonFolder(files: readonly string[]): string {
  const [first, ...rest] = files.map(file => dirname(file))
  if (first === undefined) return ''
  return rest.reduce((folder, other) => {
    let common = folder
    while (!isInside(other, common) && dirname(common) !== common) common = dirname(common)
    return common
  }, first)
}

function isInside(folder: string, ancestor: string): boolean {
  const base = ancestor.endsWith(sep) ? ancestor : ancestor + sep
  return folder === ancestor || folder.startsWith(base)
}

function elements(shape: readonly number[]): number {
  return shape.reduce((count, size) => count * size, 1)
}
