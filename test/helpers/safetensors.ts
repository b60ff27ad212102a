/** Writes .safetensors files for tests, good and bad. */
import { writeFileSync } from 'node:fs'

export interface TensorToWrite {
  dtype: string
  shape: readonly number[]
  bytes: Uint8Array
}

/** A well-formed file. */
export function writeSafetensors(path: string, tensors: Readonly<Record<string, TensorToWrite>>): void {
  let end = 0
  const header = Object.fromEntries(
    Object.entries(tensors).map(([name, { dtype, shape, bytes }]) => {
      const begin = end
      end += bytes.length
      return [name, { dtype, shape, data_offsets: [begin, end] }]
    }),
  )
  writeFileSync(
    path,
    safetensorsBytes(JSON.stringify(header), Buffer.concat(Object.values(tensors).map(t => t.bytes))),
  )
}

/** Header and data as they are, with the true length in front. */
export function safetensorsBytes(header: string | Uint8Array, data: Uint8Array): Buffer {
  const head = Buffer.from(header)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(head.length))
  return Buffer.concat([length, head, data])
}

export function floats(...values: number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer)
}
