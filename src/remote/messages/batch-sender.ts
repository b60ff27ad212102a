/**
 * Posts what the channels to one peer send, in batches: an entry in Redis costs both ends more than the messages in it. A message
 * that may wait does so for at most a second, and goes with the next urgent one of any channel.
 */
import type { Clock } from '../../system/ports.ts'

/** The pause between two tries to post while Redis is full or unreachable. */
const retryPauseMs = 500
/** The interval between two batches of deferrable messages. People see at most one step a second. */
const batchIntervalMs = 1000

export type Urgency = 'now' | 'deferrable'

/** A channel that has something to send. */
export interface Source {
  /** A closed source sends nothing more. */
  readonly isClosed: boolean
  /** Its sealed frames, which it does not give again. */
  take(): Uint8Array[]
  /** So many of them are stored. */
  stored(frames: number): void
}

export interface BatchSenderOptions {
  clock: Clock
  /** Rejects if the messages could not be stored. */
  post: (sealed: readonly Uint8Array[]) => Promise<void>
  onError: (error: unknown) => void
}

export class BatchSender {
  readonly #options: BatchSenderOptions
  readonly #waiting = new Set<Source>()
  #isPosting = false
  #isClosed = false
  #lastBatchMs = Number.NEGATIVE_INFINITY
  #cancelTimer: (() => void) | undefined

  constructor(options: BatchSenderOptions) {
    this.#options = options
  }

  /** Has the source's frames taken and posted, now or within a second. */
  request(source: Source, urgency: Urgency): void {
    if (this.#isClosed) return
    this.#waiting.add(source)
    const { clock } = this.#options
    const restMs = urgency === 'now' ? 0 : this.#lastBatchMs + batchIntervalMs - clock.monotonicMs()
    if (restMs <= 0) void this.#postAll()
    else this.#cancelTimer ??= clock.after(restMs, () => void this.#postAll())
  }

  /** Stops posting. */
  close(): void {
    this.#isClosed = true
    this.#cancelTimer?.()
  }

  async #postAll(): Promise<void> {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    if (this.#isPosting) return
    this.#isPosting = true
    while (this.#waiting.size > 0 && !this.#isClosed) {
      const sources = [...this.#waiting]
      this.#waiting.clear()
      this.#lastBatchMs = this.#options.clock.monotonicMs()
      await this.#post(sources.map(source => ({ source, sealed: source.take() })))
    }
    this.#isPosting = false
  }

  async #post(batch: readonly { source: Source; sealed: readonly Uint8Array[] }[]): Promise<void> {
    const { post, clock, onError } = this.#options
    while (!this.#isClosed) {
      const open = batch.filter(({ source }) => !source.isClosed)
      const sealed = open.flatMap(one => one.sealed)
      if (sealed.length === 0) return
      try {
        await post(sealed)
        for (const one of open) one.source.stored(one.sealed.length)
        return
      } catch (error) {
        onError(error)
        await new Promise<void>(resolve => clock.after(retryPauseMs, resolve))
      }
    }
  }
}
