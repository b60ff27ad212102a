/** Writes the bytes of an array at a file's end. */
import type { Hash } from 'node:crypto'

/** A file, or a filter in front of one. A single write may write fewer bytes than it gets. */
export interface ByteSink {
  write(bytes: Uint8Array, offset: number): Promise<{ bytesWritten: number }>
}

/** Writes all bytes, and returns their number. */
export async function writeAll(sink: ByteSink, values: Uint8Array | Float32Array): Promise<number> {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  let done = 0
  while (done < bytes.length) done += (await sink.write(bytes, done)).bytesWritten
  return done
}

/** A filter in front of the sink that hashes the written bytes. */
export function hashing(sink: ByteSink, hash: Hash): ByteSink {
  return {
    async write(bytes, offset) {
      const { bytesWritten } = await sink.write(bytes, offset)
      hash.update(bytes.subarray(offset, offset + bytesWritten))
      return { bytesWritten }
    },
  }
}
