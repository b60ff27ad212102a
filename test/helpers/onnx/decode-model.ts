/** Reads an ONNX model back from its bytes, so that tests see the graph as a runtime does: nodes, constants, weights. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OnnxModel } from '../../../src/engine/onnx/model.ts'

export interface GraphNode {
  readonly op: string
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: ReadonlyMap<string, number | string | readonly number[]>
}

/** type: TensorProto.DataType (1 float32, 6 int32, 7 int64, 10 float16 …). */
export interface GraphTensor {
  readonly name: string
  readonly type: number
  readonly shape: readonly number[]
  readonly isExternal: boolean
  bytes(): Uint8Array
}

export interface DecodedGraph {
  readonly nodes: readonly GraphNode[]
  readonly tensors: readonly GraphTensor[]
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

export function decodeModel(model: OnnxModel): DecodedGraph {
  const graph = fields(one(fields(model.encode()), 7))
  return {
    nodes: all(graph, 1).map(nodeOf),
    tensors: all(graph, 5).map(tensor => tensorOf(tensor, model.folder)),
    inputs: all(graph, 11).map(value => textOf(one(fields(value), 1))),
    outputs: all(graph, 12).map(value => textOf(one(fields(value), 1))),
  }
}

function nodeOf(bytes: Uint8Array): GraphNode {
  const node = fields(bytes)
  return {
    op: textOf(one(node, 4)),
    name: textOf(one(node, 3)),
    inputs: all(node, 1).map(textOf),
    outputs: all(node, 2).map(textOf),
    attributes: new Map(all(node, 5).map(attributeOf)),
  }
}

/** AttributeProto: name 1, float 2, int 3, string 4, ints 8, type 20. */
function attributeOf(bytes: Uint8Array): [string, number | string | readonly number[]] {
  const attribute = fields(bytes)
  const name = textOf(one(attribute, 1))
  const type = numberOf(attribute, 20)
  if (type === 1) return [name, new DataView(new Uint8Array(one(attribute, 2)).buffer).getFloat32(0, true)]
  if (type === 2) return [name, numberOf(attribute, 3)]
  if (type === 3) return [name, textOf(one(attribute, 4))]
  return [name, numbersOf(attribute, 8)]
}

/** TensorProto: dims 1, data_type 2, name 8, raw_data 9, external_data 13. */
function tensorOf(bytes: Uint8Array, folder: string): GraphTensor {
  const tensor = fields(bytes)
  const external = new Map(
    all(tensor, 13).map(entry => [textOf(one(fields(entry), 1)), textOf(one(fields(entry), 2))]),
  )
  const read = () => {
    if (external.size === 0) return one(tensor, 9)
    const [offset, length] = [Number(external.get('offset')), Number(external.get('length'))]
    return readFileSync(join(folder, external.get('location') ?? '')).subarray(offset, offset + length)
  }
  return {
    name: textOf(one(tensor, 8)),
    type: numberOf(tensor, 2),
    shape: numbersOf(tensor, 1),
    isExternal: external.size > 0,
    bytes: read,
  }
}

interface Field {
  readonly number: number
  readonly value: Uint8Array | number
}

/** Protobuf's wire format: varints (0), lengths with bytes (2) and 32 bits (5). */
function fields(bytes: Uint8Array): Field[] {
  const found: Field[] = []
  let at = 0
  const varint = () => {
    let [value, shift] = [0n, 0n]
    for (;;) {
      const byte = bytes[at++] ?? 0
      value |= BigInt(byte & 127) << shift
      shift += 7n
      if (byte < 128) return Number(BigInt.asIntN(64, value))
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    const [number, wire] = [tag >> 3, tag & 7]
    if (wire === 0) found.push({ number, value: varint() })
    else {
      const length = wire === 5 ? 4 : varint()
      found.push({ number, value: bytes.subarray(at, at + length) })
      at += length
    }
  }
  return found
}

function all(message: readonly Field[], number: number): Uint8Array[] {
  return message.flatMap(field =>
    field.number === number && field.value instanceof Uint8Array ? [field.value] : [],
  )
}

/** The one of that number; empty where there is none. */
function one(message: readonly Field[], number: number): Uint8Array {
  return all(message, number)[0] ?? new Uint8Array()
}

function numbersOf(message: readonly Field[], number: number): number[] {
  return message.flatMap(field =>
    field.number === number && typeof field.value === 'number' ? [field.value] : [],
  )
}

function numberOf(message: readonly Field[], number: number): number {
  return numbersOf(message, number)[0] ?? 0
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8')
}
