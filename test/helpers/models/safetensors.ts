/** Writes .safetensors files for tests, good and bad. */
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'

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

/** Makes a file larger than any machine reads at once, by one more tensor that takes no room on the disk. */
export function addSparseTensor(file: string, bytes: number): void {
  const old = readFileSync(file)
  const start = 8 + Number(old.readBigUInt64LE(0))
  const data = old.subarray(start)
  const tensor = { dtype: 'F32', shape: [bytes / 4], data_offsets: [data.length, data.length + bytes] }
  const header = { ...JSON.parse(old.subarray(8, start).toString()), sparse: tensor }
  const written = safetensorsBytes(JSON.stringify(header), data)
  writeFileSync(file, written)
  truncateSync(file, written.length + bytes)
}

export function floats(...values: number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer)
}
