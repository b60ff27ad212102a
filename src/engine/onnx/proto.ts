/** Writes ONNX's protobuf messages (onnx.proto3, IR version 9), limited to the fields that Easel's graphs use. */
import type { DType } from '../weights/dtype.ts'
import { type Dim, dimText, type Shape } from './dim.ts'

/** A tensor whose bytes are in a file; `location` is relative to the folder that the session receives. */
export interface ExternalData {
  readonly location: string
  readonly offset: number
  readonly length: number
}

export interface TensorProto {
  readonly name: string
  readonly dtype: DType
  readonly dims: readonly number[]
  readonly data: Uint8Array | ExternalData
}

export type Attribute = number | string | readonly number[] | { float: number }

export interface NodeProto {
  readonly op: string
  readonly domain: string
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, Attribute>>
}

export interface ValueInfo {
  readonly name: string
  readonly dtype: DType
  readonly shape: Shape
}

export interface ModelProto {
  readonly name: string
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
  readonly nodes: readonly NodeProto[]
  readonly initializers: readonly TensorProto[]
}

/** 20 is the newest opset for which every operator used here has kernels on all execution providers. */
const opset = 20
const irVersion = 9
export const contribDomain = 'com.microsoft'

/** TensorProto.DataType. */
const dataTypes: Record<DType, number> = {
  F32: 1,
  U8: 2,
  I8: 3,
  U16: 4,
  I16: 5,
  I32: 6,
  I64: 7,
  BOOL: 9,
  F16: 10,
  F64: 11,
  U32: 12,
  U64: 13,
  BF16: 16,
  F8_E4M3: 17,
  F8_E5M2: 19,
}

export function dataType(dtype: DType): number {
  return dataTypes[dtype]
}

/** The bytes of the model file. Numbers in the calls are field numbers of onnx.proto3. */
export function encodeModel(model: ModelProto): Uint8Array {
  return message(
    int(1, irVersion),
    text(2, 'easel'),
    nested(7, graph(model)),
    nested(8, message(text(1, ''), int(2, opset))),
    nested(8, message(text(1, contribDomain), int(2, 1))),
  )
}

function graph(model: ModelProto): Uint8Array {
  return message(
    ...model.nodes.map(node => nested(1, encodeNode(node))),
    text(2, model.name),
    ...model.initializers.map(tensor => nested(5, encodeTensor(tensor))),
    ...model.inputs.map(value => nested(11, encodeValue(value))),
    ...model.outputs.map(value => nested(12, encodeValue(value))),
  )
}

function encodeNode(node: NodeProto): Uint8Array {
  return message(
    ...node.inputs.map(name => text(1, name)),
    ...node.outputs.map(name => text(2, name)),
    text(3, node.name),
    text(4, node.op),
    ...Object.entries(node.attributes).map(([name, value]) => nested(5, encodeAttribute(name, value))),
    text(7, node.domain),
  )
}

/** AttributeProto.type: FLOAT 1, INT 2, STRING 3, INTS 7. */
function encodeAttribute(name: string, value: Attribute): Uint8Array {
  if (typeof value === 'number') return message(text(1, name), int(3, value), int(20, 2))
  if (typeof value === 'string') return message(text(1, name), text(4, value), int(20, 3))
  if ('float' in value) return message(text(1, name), float(2, value.float), int(20, 1))
  return message(text(1, name), ...value.map(element => int(8, element)), int(20, 7))
}

function encodeTensor(tensor: TensorProto): Uint8Array {
  const head = [
    ...tensor.dims.map(size => int(1, size)),
    int(2, dataType(tensor.dtype)),
    text(8, tensor.name),
  ]
  if (tensor.data instanceof Uint8Array) return message(...head, nested(9, tensor.data))
  const { location, offset, length } = tensor.data
  const entry = (key: string, value: string) => nested(13, message(text(1, key), text(2, value)))
  const external = 1 // TensorProto.DataLocation.EXTERNAL
  return message(
    ...head,
    entry('location', location),
    entry('offset', String(offset)),
    entry('length', String(length)),
    int(14, external),
  )
}

function encodeValue(value: ValueInfo): Uint8Array {
  const shape = message(...value.shape.map(dim => nested(1, encodeDim(dim))))
  const tensorType = message(int(1, dataType(value.dtype)), nested(2, shape))
  return message(text(1, value.name), nested(2, message(nested(1, tensorType))))
}

function encodeDim(dim: Dim): Uint8Array {
  return typeof dim === 'number' ? message(int(1, dim)) : message(text(2, dimText(dim)))
}

// The wire format: each field is a tag (number and wire type) and then a varint, four bytes, or a length and bytes.
const wireVarint = 0
const wireBytes = 2
const wireFixed32 = 5
const utf8 = new TextEncoder()

function message(...fields: Uint8Array[]): Uint8Array {
  return Buffer.concat(fields)
}

function int(field: number, value: number): Uint8Array {
  return Buffer.from([...varint((field << 3) | wireVarint), ...varint(value)])
}

function float(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return Buffer.concat([Buffer.from(varint((field << 3) | wireFixed32)), bytes])
}

function text(field: number, value: string): Uint8Array {
  return nested(field, utf8.encode(value))
}

function nested(field: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from([...varint((field << 3) | wireBytes), ...varint(bytes.length)]), bytes])
}

/** Seven bits per byte, lowest first; negative numbers as 64-bit two's complement. */
function varint(value: number): number[] {
  if (value < 0) return bigVarint(BigInt.asUintN(64, BigInt(value)))
  const bytes: number[] = []
  let rest = value
  while (rest > 127) {
    bytes.push((rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  return [...bytes, rest]
}

function bigVarint(value: bigint): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  return [...bytes, Number(rest)]
}
