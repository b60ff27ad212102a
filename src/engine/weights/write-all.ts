/** Writes the bytes of an array at a file's end. */
import type { FileHandle } from 'node:fs/promises'

/** Returns the number of bytes. A single write may take less than it was given. */
export async function writeAll(handle: FileHandle, values: Uint8Array | Float32Array): Promise<number> {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  let done = 0
  while (done < bytes.length) done += (await handle.write(bytes, done)).bytesWritten
  return done
}
