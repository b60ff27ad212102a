/** Reads the golden .safetensors whole into memory. Its own few lines, so that it cannot share a fault with the engine. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'

export interface Tensor {
  dtype: string
  shape: readonly number[]
  /** Row-major values; int64 as numbers. */
  data: Float32Array | Uint8Array | Int32Array
}

/** The tensors of one file, by name. */
export interface Tensors {
  readonly names: readonly string[]
  has(name: string): boolean
  /** @throws Error naming the tensor when the file has none of that name. */
  get(name: string): Tensor
  floats(name: string): Float32Array
}

const headerSchema = z.record(
  z.string(),
  z.object({
    dtype: z.string(),
    shape: z.array(z.number()),
    data_offsets: z.tuple([z.number(), z.number()]),
  }),
)

export async function readTensors(path: string): Promise<Tensors> {
  const file = await readFile(path)
  const headerLength = Number(file.readBigUInt64LE(0))
  const { __metadata__: _, ...header } = z
    .record(z.string(), z.unknown())
    .parse(JSON.parse(file.toString('utf8', 8, 8 + headerLength)))
  const entries = headerSchema.parse(header)
  const tensors = new Map(
    Object.entries(entries).map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [start, end],
        },
      ]) => {
        // A copy, since typed arrays want aligned memory.
        const bytes = Uint8Array.from(file.subarray(8 + headerLength + start, 8 + headerLength + end))
        return [name, { dtype, shape, data: values(dtype, bytes, `${path}: ${name}`) }]
      },
    ),
  )
  const get = (name: string): Tensor => {
    const tensor = tensors.get(name)
    if (!tensor) throw new Error(`${path} holds no tensor ${name}`)
    return tensor
  }
  return {
    names: [...tensors.keys()],
    has: name => tensors.has(name),
    get,
    floats: name => Float32Array.from(get(name).data),
  }
}

function values(dtype: string, bytes: Uint8Array<ArrayBuffer>, where: string): Tensor['data'] {
  switch (dtype) {
    case 'F32':
      return new Float32Array(bytes.buffer)
    case 'U8':
      return bytes
    case 'I32':
      return new Int32Array(bytes.buffer)
    case 'I64':
      return Int32Array.from(new BigInt64Array(bytes.buffer), Number)
    default:
      throw new Error(`${where} has dtype ${dtype}, which no golden file should have`)
  }
}
