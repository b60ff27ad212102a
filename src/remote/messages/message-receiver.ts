/** The other end of a channel: gives its messages out in their order and once, whatever order and however often they come. */
import { FrameReader } from './frames.ts'

/** Frames that may wait for a missing one; a sender is never that far ahead. */
const heldFrames = 4096

export class MessageReceiver {
  readonly #frames = new FrameReader()
  readonly #held = new Map<number, Uint8Array>()
  #next = 0

  /** Frames that came, without a gap. */
  get received(): number {
    return this.#next
  }

  /**
   * The messages that can be given out now. A number that came before is a repetition, and changes nothing.
   * Undefined when the sender does not keep the format: the channel cannot go on.
   */
  receive(sequence: number, frame: Uint8Array): unknown[] | undefined {
    if (sequence < this.#next) return []
    if (this.#held.size >= heldFrames) return undefined
    this.#held.set(sequence, frame)
    const messages: unknown[] = []
    for (;;) {
      const next = this.#held.get(this.#next)
      if (!next) return messages
      this.#held.delete(this.#next)
      this.#next += 1
      const read = this.#frames.read(next)
      if (!read) return undefined
      messages.push(...read)
    }
  }
}
