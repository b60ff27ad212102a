/** Writes a .safetensors file tensor by tensor, with at most one tensor in memory. */
import { open } from 'node:fs/promises'
import { elementsOf } from './tensors.ts'

/** A tensor of float16 to be written. */
export interface TensorToWrite {
  readonly name: string
  readonly shape: readonly number[]
  /** The bits of its values; called when it is its turn. */
  values(): Uint16Array
}

const bytesPerHalf = 2
/** Tensors begin where every type may be read in place. */
const headerAlignment = 8

export async function writeWeights(path: string, tensors: readonly TensorToWrite[]): Promise<void> {
  const file = await open(path, 'w')
  try {
    await file.write(headerOf(tensors))
    for (const tensor of tensors) await file.write(bytesOf(tensor.values()))
  } finally {
    await file.close()
  }
}

/** The header's length, 8 bytes, and its JSON, filled up with spaces. */
function headerOf(tensors: readonly TensorToWrite[]): Buffer {
  let end = 0
  const entries = tensors.map(({ name, shape }) => {
    const begin = end
    end += bytesPerHalf * elementsOf({ shape })
    return [name, { dtype: 'F16', shape, data_offsets: [begin, end] }]
  })
  const json = JSON.stringify({ __metadata__: { format: 'pt' }, ...Object.fromEntries(entries) })
  const header = Buffer.from(json.padEnd(Math.ceil(json.length / headerAlignment) * headerAlignment))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  return Buffer.concat([length, header])
}

function bytesOf(values: Uint16Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength)
}
