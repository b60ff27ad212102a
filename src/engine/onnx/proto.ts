/** Writes ONNX's protobuf messages (onnx.proto3, IR version 9), limited to the fields that Easel's graphs use. */
import type { DType } from '../weights/dtype.ts'
import { type Dim, dimText, type Shape } from './dim.ts'
import { ProtoWriter } from './proto-writer.ts'

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
  /** False: inputs with symbolic dimensions have a type, but no shape, not even a rank. */
  readonly withInputShapes?: boolean | undefined
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
  const to = new ProtoWriter()
  to.int(1, irVersion)
  to.text(2, 'easel')
  to.nested(7, () => writeGraph(to, model))
  to.nested(8, () => writeOpset(to, '', opset))
  to.nested(8, () => writeOpset(to, contribDomain, 1))
  return to.bytes
}

function writeOpset(to: ProtoWriter, domain: string, version: number): void {
  to.text(1, domain)
  to.int(2, version)
}

function writeGraph(to: ProtoWriter, model: ModelProto): void {
  for (const node of model.nodes) to.nested(1, () => writeNode(to, node))
  to.text(2, model.name)
  for (const tensor of model.initializers) to.nested(5, () => writeTensor(to, tensor))
  for (const value of model.inputs) to.nested(11, () => writeValue(to, value, model.withInputShapes))
  for (const value of model.outputs) to.nested(12, () => writeValue(to, value))
}

function writeNode(to: ProtoWriter, node: NodeProto): void {
  for (const name of node.inputs) to.text(1, name)
  for (const name of node.outputs) to.text(2, name)
  to.text(3, node.name)
  to.text(4, node.op)
  for (const [name, value] of Object.entries(node.attributes))
    to.nested(5, () => writeAttribute(to, name, value))
  to.text(7, node.domain)
}

/** AttributeProto.type: FLOAT 1, INT 2, STRING 3, INTS 7. */
function writeAttribute(to: ProtoWriter, name: string, value: Attribute): void {
  to.text(1, name)
  if (typeof value === 'number') {
    to.int(3, value)
    to.int(20, 2)
  } else if (typeof value === 'string') {
    to.text(4, value)
    to.int(20, 3)
  } else if ('float' in value) {
    to.float(2, value.float)
    to.int(20, 1)
  } else {
    for (const element of value) to.int(8, element)
    to.int(20, 7)
  }
}

function writeTensor(to: ProtoWriter, tensor: TensorProto): void {
  for (const size of tensor.dims) to.int(1, size)
  to.int(2, dataType(tensor.dtype))
  to.text(8, tensor.name)
  if (tensor.data instanceof Uint8Array) {
    to.data(9, tensor.data)
    return
  }
  const { location, offset, length } = tensor.data
  for (const [key, value] of Object.entries({ location, offset, length }))
    to.nested(13, () => {
      to.text(1, key)
      to.text(2, String(value))
    })
  to.int(14, 1) // TensorProto.DataLocation.EXTERNAL
}

function writeValue(to: ProtoWriter, value: ValueInfo, withShape = true): void {
  to.text(1, value.name)
  to.nested(2, () => to.nested(1, () => writeTensorType(to, value, withShape)))
}

function writeTensorType(to: ProtoWriter, { dtype, shape }: ValueInfo, withShape: boolean): void {
  to.int(1, dataType(dtype))
  if (!withShape && shape.some(dim => typeof dim !== 'number')) return
  to.nested(2, () => {
    for (const dim of shape) to.nested(1, () => writeDim(to, dim))
  })
}

function writeDim(to: ProtoWriter, dim: Dim): void {
  if (typeof dim === 'number') to.int(1, dim)
  else to.text(2, dimText(dim))
}
