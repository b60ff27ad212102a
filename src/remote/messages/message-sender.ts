/** Numbers and seals the messages of one channel to one peer. */
import { seal } from '../seal/seal.ts'
import type { SealingKeys } from '../seal/sealing-keys.ts'
import type { BatchSender, Source, Urgency } from './batch-sender.ts'
import { toFrames } from './frames.ts'

/** The number of waiting messages from which even a deferrable one is posted now. */
const maxWaiting = 256

export interface SenderOptions {
  keys: SealingKeys
  /** The ids of the two peers and of the channel. */
  sender: string
  receiver: string
  session: string
  /** Posts for all channels to this peer. */
  batches: BatchSender
}

export class MessageSender implements Source {
  readonly #options: SenderOptions
  #waiting: unknown[] = []
  #sequence = 0
  #posted = 0
  #isClosed = false
  #idle: (() => void)[] = []

  constructor(options: SenderOptions) {
    this.#options = options
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** The number of frames that Redis has stored. */
  get posted(): number {
    return this.#posted
  }

  /** A `deferrable` message waits for up to a second to share a batch. The order is always kept. */
  send(message: unknown, urgency: Urgency = 'now'): void {
    if (this.#isClosed) return
    this.#waiting.push(message)
    this.#options.batches.request(this, this.#waiting.length < maxWaiting ? urgency : 'now')
  }

  /** Resolves when everything that was sent is stored, or the sender was closed. */
  async flushed(): Promise<void> {
    if (this.#isIdle || this.#isClosed) return
    const stored = new Promise<void>(resolve => this.#idle.push(resolve))
    this.#options.batches.request(this, 'now')
    await stored
  }

  take(): Uint8Array[] {
    if (this.#waiting.length === 0) return []
    const frames = toFrames(this.#waiting)
    this.#waiting = []
    return frames.map(frame => this.#seal(frame))
  }

  stored(frames: number): void {
    this.#posted += frames
    if (this.#isIdle) this.#release()
  }

  /** Stops sending. */
  close(): void {
    this.#isClosed = true
    this.#release()
  }

  get #isIdle(): boolean {
    return this.#waiting.length === 0 && this.#posted === this.#sequence
  }

  #release(): void {
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  #seal(frame: Uint8Array): Uint8Array {
    const { keys, sender, receiver, session } = this.#options
    const sequence = this.#sequence
    this.#sequence += 1
    return seal(keys, { sender, receiver, session, sequence }, frame)
  }
}
