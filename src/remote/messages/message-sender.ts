/** Numbers, seals and posts the messages of one channel to one peer, in batches if they follow each other quickly. */
import type { Clock } from '../../system/ports.ts'
import { seal } from '../seal/seal.ts'
import type { SealingKeys } from '../seal/sealing-keys.ts'
import { toFrames } from './frames.ts'

/** The pause between two tries to post while Redis is full or unreachable. */
const retryPauseMs = 500
/** The interval between two batches of deferrable messages. People see at most one step a second. */
const batchIntervalMs = 1000
/** A batch of this size is posted at once. */
const maxBatchMessages = 256

export interface SenderOptions {
  keys: SealingKeys
  clock: Clock
  /** The ids of the two peers and of the channel. */
  sender: string
  receiver: string
  session: string
  /** Rejects if the messages could not be stored. */
  post: (sealed: readonly Uint8Array[]) => Promise<void>
  onError: (error: unknown) => void
}

export class MessageSender {
  readonly #options: SenderOptions
  #waiting: unknown[] = []
  #sequence = 0
  #posted = 0
  #isPosting = false
  #isClosed = false
  #lastFlushMs = Number.NEGATIVE_INFINITY
  #cancelTimer: (() => void) | undefined
  #idle: (() => void)[] = []

  constructor(options: SenderOptions) {
    this.#options = options
  }

  /** The number of frames that Redis has stored. */
  get posted(): number {
    return this.#posted
  }

  /** `deferrable`: may be deferred by a second to share a batch. The order is always kept. */
  send(message: unknown, urgency: 'now' | 'deferrable' = 'now'): void {
    if (this.#isClosed) return
    this.#waiting.push(message)
    const { clock } = this.#options
    const isUrgent = urgency === 'now' || this.#waiting.length >= maxBatchMessages
    const restMs = isUrgent ? 0 : this.#lastFlushMs + batchIntervalMs - clock.monotonicMs()
    if (restMs <= 0) void this.#flush()
    else this.#cancelTimer ??= clock.after(restMs, () => void this.#flush())
  }

  /** Resolves when everything that was sent is stored, or the sender was closed. */
  async flushed(): Promise<void> {
    void this.#flush()
    if (!this.#isPosting || this.#isClosed) return
    await new Promise<void>(resolve => this.#idle.push(resolve))
  }

  /** Stops posting. */
  close(): void {
    this.#isClosed = true
    this.#cancelTimer?.()
    for (const resolve of this.#idle) resolve()
  }

  async #flush(): Promise<void> {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    if (this.#isPosting) return
    this.#isPosting = true
    while (this.#waiting.length > 0 && !this.#isClosed) {
      const messages = this.#waiting
      this.#waiting = []
      this.#lastFlushMs = this.#options.clock.monotonicMs()
      await this.#post(toFrames(messages).map(frame => this.#seal(frame)))
    }
    this.#isPosting = false
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  #seal(frame: Uint8Array): Uint8Array {
    const { keys, sender, receiver, session } = this.#options
    const sequence = this.#sequence
    this.#sequence += 1
    return seal(keys, { sender, receiver, session, sequence }, frame)
  }

  async #post(sealed: readonly Uint8Array[]): Promise<void> {
    const { post, clock, onError } = this.#options
    while (!this.#isClosed) {
      try {
        await post(sealed)
        this.#posted += sealed.length
        return
      } catch (error) {
        onError(error)
        await new Promise<void>(resolve => clock.after(retryPauseMs, resolve))
      }
    }
  }
}
