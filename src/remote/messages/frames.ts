/**
 * Splits messages into frames of limited size, so that heartbeats pass between the frames of a picture. Each frame is sealed under
 * a number of its own: the seal's tag is the frame's checksum, and the numbers show that no frame is missing.
 */
import { Packr } from 'msgpackr'
import { z } from 'zod'

/** The maximum size of a frame, which is one value in Redis. */
export const frameBytes = 2 * 1024 * 1024

/** Plain msgpack without the extension for records, so both sides need no common state. */
const packr = new Packr({ useRecords: false })

/** A part of the messages, and whether it is the last one. */
const frame = z.tuple([z.instanceof(Uint8Array), z.boolean()])

/** Returns at least one frame. The messages must be plain data; byte arrays remain byte arrays. */
export function toFrames(messages: readonly unknown[]): Uint8Array[] {
  const bytes = packr.pack(messages)
  const frames: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += frameBytes) {
    const isLast = at + frameBytes >= bytes.length
    frames.push(packr.pack([bytes.subarray(at, at + frameBytes), isLast]))
  }
  return frames
}

/** Reassembles the messages of one sender from its frames, in order. */
export class FrameReader {
  #parts: Uint8Array[] = []

  /** The messages that this frame completes; none while parts are missing. Undefined if the bytes are not a frame. */
  read(bytes: Uint8Array): unknown[] | undefined {
    try {
      const [part, isLast] = frame.parse(packr.unpack(bytes))
      this.#parts.push(part)
      if (!isLast) return []
      const whole = this.#parts.length === 1 ? part : Buffer.concat(this.#parts)
      this.#parts = []
      const messages: unknown = packr.unpack(whole)
      // The reader of each message validates it, so no schema is needed here.
      return Array.isArray(messages) ? messages : undefined
    } catch {
      return undefined
    }
  }
}
