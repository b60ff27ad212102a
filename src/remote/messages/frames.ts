/** Messages as frames of limited size: large ones, such as pictures, travel in chunks with a checksum over all of them. */
import { createHash } from 'node:crypto'
import { Packr } from 'msgpackr'
import { z } from 'zod'

/** A frame is one entry of Redis: small enough that heartbeats pass between the frames of a picture. */
const chunkBytes = 256 * 1024

/** Plain msgpack: no extension for records, so both sides need no common state. */
const packr = new Packr({ useRecords: false })

const checksum = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()

/** A chunk; the last one has the checksum of all chunks together. */
const frame = z.tuple([z.instanceof(Uint8Array), z.instanceof(Uint8Array).nullable()])

/** At least one frame. The values must be plain data; bytes stay bytes. */
export function toFrames(messages: readonly unknown[]): Uint8Array[] {
  const bytes = packr.pack(messages)
  const frames: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const isLast = at + chunkBytes >= bytes.length
    frames.push(packr.pack([bytes.subarray(at, at + chunkBytes), isLast ? checksum(bytes) : null]))
  }
  return frames
}

/** Puts the frames of one sender together, in their order. */
export class FrameReader {
  #chunks: Uint8Array[] = []

  /** The messages that this frame completes; none while chunks are missing. Undefined when the frames do not fit together. */
  read(bytes: Uint8Array): unknown[] | undefined {
    try {
      const [chunk, sum] = frame.parse(packr.unpack(bytes))
      this.#chunks.push(chunk)
      if (sum === null) return []
      const whole = Buffer.concat(this.#chunks)
      this.#chunks = []
      if (!checksum(whole).equals(sum)) return undefined
      return z.array(z.unknown()).parse(packr.unpack(whole))
    } catch {
      return undefined
    }
  }
}
