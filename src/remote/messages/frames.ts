/** Splits messages into frames of limited size. Large messages, such as pictures, become chunks with a common checksum. */
import { createHash } from 'node:crypto'
import { Packr } from 'msgpackr'
import { z } from 'zod'

/** The maximum size of a frame, which is one entry in Redis: heartbeats must pass between the frames of a picture. */
const chunkBytes = 256 * 1024

/** Plain msgpack without the extension for records, so both sides need no common state. */
const packr = new Packr({ useRecords: false })

const checksum = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()

/** A chunk; the last one has the checksum of all chunks together. */
const frame = z.tuple([z.instanceof(Uint8Array), z.instanceof(Uint8Array).nullable()])

/** Returns at least one frame. The message must be plain data; byte arrays remain byte arrays. */
export function toFrames(messages: readonly unknown[]): Uint8Array[] {
  const bytes = packr.pack(messages)
  const frames: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const isLast = at + chunkBytes >= bytes.length
    frames.push(packr.pack([bytes.subarray(at, at + chunkBytes), isLast ? checksum(bytes) : null]))
  }
  return frames
}

/** Reassembles the messages of one sender from its frames, in order. */
export class FrameReader {
  #chunks: Uint8Array[] = []

  /** The messages that this frame completes; none while chunks are missing. Undefined if the frames are inconsistent. */
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
