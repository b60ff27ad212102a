/**
 * Runs a graph node by node in float64, by the operators' documentation alone. It judges graphs whose operators no machine
 * without a GPU can run, and says what float16 costs: rounded, every node's result becomes the nearest number of its type,
 * as on a device that computes each operator in float32 and stores what comes out.
 */

import type { OnnxModel } from '../../../src/engine/onnx/model.ts'
import type { Tensor } from '../../../src/engine/onnx/session.ts'
import { floatsOfValues } from '../../../src/engine/weights/number-types.ts'
import { map, type NumberArray, toFloat16, types } from './array.ts'
import { decodeModel, type GraphNode, type GraphTensor } from './decode-model.ts'
import { operators } from './operators.ts'

export function interpret(
  model: OnnxModel,
  inputs: Readonly<Record<string, Tensor>>,
  options: { readonly rounded: boolean } = { rounded: false },
): Map<string, Float64Array> {
  const graph = decodeModel(model)
  const values = new Map<string, NumberArray>([['', nothing]])
  for (const tensor of graph.tensors) values.set(tensor.name, constantOf(tensor))
  for (const name of graph.inputs) values.set(name, inputOf(name, inputs[name]))
  const uses = usesOf(graph.nodes)
  for (const node of graph.nodes) {
    const given = node.inputs.map(name => takenBy(values, name, node))
    const results = run(node, given)
    for (const [i, name] of node.outputs.entries()) {
      const result = results[i]
      if (name === '') continue
      if (!result) throw new Error(`${node.name} has no output ${i}`)
      values.set(name, options.rounded ? rounded(result) : result)
    }
    forget(values, uses, node)
  }
  return new Map(graph.outputs.map(name => [name, values.get(name)?.data ?? new Float64Array()]))
}

/** What stands in the place of an input that is left out. */
const nothing: NumberArray = { type: types.float32, shape: [0], data: new Float64Array() }

function run(node: GraphNode, given: readonly NumberArray[]): readonly NumberArray[] {
  const operator = operators[node.op]
  if (!operator) throw new Error(`no operator ${node.op}`)
  try {
    return operator(given, node.attributes)
  } catch (error) {
    throw new Error(`${node.name}: ${String(error)}`)
  }
}

function rounded(x: NumberArray): NumberArray {
  if (x.type === types.float16) return map(x, toFloat16)
  return x.type === types.float32 ? map(x, Math.fround) : x
}

function takenBy(values: ReadonlyMap<string, NumberArray>, name: string, node: GraphNode): NumberArray {
  const value = values.get(name)
  if (!value) throw new Error(`${node.name} takes "${name}", which nothing gives`)
  return value
}

function inputOf(name: string, tensor: Tensor | undefined): NumberArray {
  if (!tensor) throw new Error(`no input "${name}"`)
  const { data, shape } = tensor
  const type = data instanceof Float32Array ? types.float32 : types.int32
  return { type, shape, data: Float64Array.from(data) }
}

function constantOf({ type, shape, bytes, name }: GraphTensor): NumberArray {
  const { buffer } = new Uint8Array(bytes())
  if (type === types.float32) return { type, shape, data: Float64Array.from(new Float32Array(buffer)) }
  if (type === types.int64) {
    return { type, shape, data: Float64Array.from(new BigInt64Array(buffer), Number) }
  }
  if (type === types.float16) {
    return { type, shape, data: Float64Array.from(floatsOfValues(new Uint16Array(buffer))) }
  }
  throw new Error(`"${name}" is of type ${type}`)
}

/** How often a value is still taken: what nobody takes any more is forgotten. */
function usesOf(nodes: readonly GraphNode[]): Map<string, number> {
  const uses = new Map<string, number>()
  for (const name of nodes.flatMap(({ inputs }) => inputs)) uses.set(name, (uses.get(name) ?? 0) + 1)
  return uses
}

function forget(values: Map<string, NumberArray>, uses: Map<string, number>, { inputs }: GraphNode): void {
  for (const name of inputs) {
    const left = (uses.get(name) ?? 0) - 1
    uses.set(name, left)
    if (left === 0 && name !== '') values.delete(name)
  }
}
