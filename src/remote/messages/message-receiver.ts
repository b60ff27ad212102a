/** The receiving end of a channel: delivers each message once and in order, although frames may arrive repeatedly or out of order. */
import { FrameReader } from './frames.ts'

/** The maximum number of frames that wait for a missing one. A correct sender is never so far ahead. */
const maxBufferedFrames = 4096

export class MessageReceiver {
  readonly #frames = new FrameReader()
  /** Frames that arrived before an earlier one, by number. */
  readonly #buffered = new Map<number, Uint8Array>()
  #next = 0

  /** The number of frames received without a gap. */
  get received(): number {
    return this.#next
  }

  /**
   * The messages that are now complete and in order. A frame with a known number is a repetition and is ignored.
   * Undefined if the sender violates the format; the channel is then unusable.
   */
  receive(sequence: number, frame: Uint8Array): unknown[] | undefined {
    if (sequence < this.#next) return []
    if (this.#buffered.size >= maxBufferedFrames) return undefined
    this.#buffered.set(sequence, frame)
    const messages: unknown[] = []
    for (;;) {
      const next = this.#buffered.get(this.#next)
      if (!next) return messages
      this.#buffered.delete(this.#next)
      this.#next += 1
      const read = this.#frames.read(next)
      if (!read) return undefined
      messages.push(...read)
    }
  }
}
