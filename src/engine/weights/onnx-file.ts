/**
 * Reads the metadata of an ONNX file (onnx.proto3): its inputs and outputs, and the location of its weights. Weights are
 * skipped, so a file of gigabytes costs no more than its graph.
 */
import { type FileHandle, open, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../../errors/errors.ts'
import type { ModelFileProblem } from '../../errors/model-problem.ts'
import { checkRegular, unreadableFile } from './config-file.ts'
import type { DType } from './dtype.ts'

export interface OnnxPort {
  readonly name: string
  /** Undefined for a free dimension. */
  readonly shape: readonly (number | undefined)[]
}

export interface OnnxFile {
  readonly inputs: readonly OnnxPort[]
  readonly outputs: readonly OnnxPort[]
  /** The files beside it that contain its weights; empty if the weights are inside the file. */
  readonly dataFiles: readonly string[]
  /** Bytes of weights by type. */
  readonly bytesByType: ReadonlyMap<DType, number>
}

/** TensorProto.DataType, limited to types of weights. */
const types: Readonly<Record<number, DType>> = {
  1: 'F32',
  2: 'U8',
  3: 'I8',
  6: 'I32',
  7: 'I64',
  9: 'BOOL',
  10: 'F16',
  11: 'F64',
  16: 'BF16',
}

/**
 * Reads the graph's metadata, and checks that all weights are there.
 * @throws AppError 'model-file' when it is not an ONNX file, or its data is missing, truncated or in another folder.
 */
export async function readOnnxFile(file: string): Promise<OnnxFile> {
  try {
    await checkRegular(file)
    const handle = await open(file, 'r')
    try {
      return await readFrom(new ProtoReader(handle), file, (await handle.stat()).size)
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw error instanceof AppError ? error : unreadableFile(file, error)
  }
}

async function readFrom(proto: ProtoReader, file: string, sizeBytes: number): Promise<OnnxFile> {
  const inputs: OnnxPort[] = []
  const outputs: OnnxPort[] = []
  const data = new Map<string, number>()
  const bytesByType = new Map<DType, number>()
  const initializers = new Set<string>()
  let graphs = 0
  for await (const model of proto.fields(0, sizeBytes)) {
    if (model.number !== 7) continue
    graphs++
    for await (const part of proto.fields(model.start, model.end)) {
      if (part.number === 5) await readInitializer(proto, part, { data, bytesByType, initializers })
      if (part.number === 11) inputs.push(await readPort(proto, part))
      if (part.number === 12) outputs.push(await readPort(proto, part))
    }
  }
  if (graphs !== 1 || outputs.length === 0) throw refusal(file, { what: 'not-onnx' })
  for (const [name, endBytes] of data) await checkData(file, name, endBytes)
  return {
    // Weights may also be listed among the inputs.
    inputs: inputs.filter(({ name }) => !initializers.has(name)),
    outputs,
    dataFiles: [...data.keys()].map(name => join(dirname(file), name)),
    bytesByType,
  }
}

/** A field of a message: its content is between start and end; `value` is the number of a numeric field. */
interface WireField {
  readonly number: number
  readonly start: number
  readonly end: number
  readonly value: number
}

interface Initializers {
  /** File → the end of the last required byte. */
  readonly data: Map<string, number>
  readonly bytesByType: Map<DType, number>
  readonly initializers: Set<string>
}

/** TensorProto: 2 type, 8 name, 9 bytes, 13 entries of external data. */
async function readInitializer(proto: ProtoReader, tensor: WireField, into: Initializers): Promise<void> {
  let [type, bytes]: [DType | undefined, number] = [undefined, 0]
  const external = new Map<string, string>()
  for await (const field of proto.fields(tensor.start, tensor.end)) {
    if (field.number === 2) type = types[field.value]
    if (field.number === 8) into.initializers.add(await proto.text(field))
    if (field.number === 9) bytes = field.end - field.start
    if (field.number === 13) {
      const [key = '', value = ''] = await proto.texts(field)
      external.set(key, value)
    }
  }
  const location = external.get('location')
  if (location !== undefined) {
    bytes = Number(external.get('length') ?? 0)
    const end = Number(external.get('offset') ?? 0) + bytes
    into.data.set(location, Math.max(into.data.get(location) ?? 0, end))
  }
  if (type) into.bytesByType.set(type, (into.bytesByType.get(type) ?? 0) + bytes)
}

/** ValueInfoProto: 1 name, 2 type → 1 tensor type → 2 shape → 1 dimensions → 1 extent. */
async function readPort(proto: ProtoReader, port: WireField): Promise<OnnxPort> {
  let name = ''
  const shape: (number | undefined)[] = []
  for await (const field of proto.fields(port.start, port.end)) {
    if (field.number === 1) name = await proto.text(field)
    if (field.number !== 2) continue
    for await (const dimension of proto.nested(field, [1, 2, 1])) {
      let extent: number | undefined
      for await (const part of proto.fields(dimension.start, dimension.end)) {
        if (part.number === 1) extent = part.value
      }
      shape.push(extent)
    }
  }
  return { name, shape }
}

/** Checks that external data is beside its graph and complete. */
async function checkData(file: string, name: string, endBytes: number): Promise<void> {
  if (basename(name) !== name || name === '..') throw refusal(file, { what: 'shard-name', shard: name })
  const path = join(dirname(file), name)
  await checkRegular(path).catch(error => {
    throw error instanceof AppError ? error : unreadableFile(path, error)
  })
  const { size } = await stat(path)
  if (!(size >= endBytes)) {
    throw refusal(path, { what: 'truncated', expectedBytes: endBytes, foundBytes: size })
  }
}

function refusal(file: string, problem: ModelFileProblem): AppError {
  return new AppError('model-file', { file, problem })
}

const chunkBytes = 64 * 1024
/** Longer texts are not names. */
const maxTextBytes = 1024

/** Reads protobuf's wire format on demand: a tag, then a varint, eight or four bytes, or a length and bytes. */
class ProtoReader {
  readonly #file: FileHandle
  #chunk = Buffer.alloc(0)
  #chunkAt = 0

  constructor(file: FileHandle) {
    this.#file = file
  }

  /** The fields between two offsets. A field that reaches beyond the end is the last one. */
  async *fields(start: number, end: number): AsyncGenerator<WireField> {
    let at = start
    while (at < end) {
      const tag = await this.#varint(at)
      const wire = tag.value % 8
      const number = Math.floor(tag.value / 8)
      const first = wire === 0 || wire === 2 ? await this.#varint(tag.end) : { value: 0, end: tag.end }
      const length = wire === 2 ? first.value : wire === 1 ? 8 : wire === 5 ? 4 : 0
      const field = { number, start: first.end, end: first.end + length, value: first.value }
      if (number === 0 || wire === 3 || wire === 4 || wire > 5 || field.end > end) return
      yield field
      at = field.end
    }
  }

  /** The fields at the end of a path of field numbers. */
  async *nested(field: WireField, [number, ...deeper]: readonly number[]): AsyncGenerator<WireField> {
    for await (const part of this.fields(field.start, field.end)) {
      if (part.number !== number) continue
      if (deeper.length === 0) yield part
      else yield* this.nested(part, deeper)
    }
  }

  async text({ start, end }: WireField): Promise<string> {
    const bytes = await this.#bytes(start, Math.min(end - start, maxTextBytes))
    return bytes.toString('utf8')
  }

  /** All texts in a message, in order. */
  async texts({ start, end }: WireField): Promise<string[]> {
    const found: string[] = []
    for await (const field of this.fields(start, end)) found.push(await this.text(field))
    return found
  }

  /** Seven bits per byte, lowest first. Values beyond 2^53 do not occur in valid files. */
  async #varint(at: number): Promise<{ value: number; end: number }> {
    const bytes = await this.#bytes(at, 10)
    let value = 0
    for (const [i, byte] of bytes.entries()) {
      value += (byte & 127) * 2 ** (7 * i)
      if (byte < 128) return { value, end: at + i + 1 }
    }
    return { value: 0, end: at + Math.max(bytes.length, 1) }
  }

  /** Fewer at the end of the file. */
  async #bytes(at: number, length: number): Promise<Buffer> {
    const isThere = at >= this.#chunkAt && at + length <= this.#chunkAt + this.#chunk.length
    if (!isThere) {
      const chunk = Buffer.alloc(chunkBytes)
      const { bytesRead } = await this.#file.read(chunk, 0, chunkBytes, at)
      this.#chunk = chunk.subarray(0, bytesRead)
      this.#chunkAt = at
    }
    return this.#chunk.subarray(at - this.#chunkAt, at - this.#chunkAt + length)
  }
}
