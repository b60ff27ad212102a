/**
 * Posts the messages of all channels to one peer in batches, because an entry in Redis costs both ends more than the messages in it.
 * A deferrable message waits for at most a second. After half a second it joins the next urgent message of any channel. If it joined
 * earlier, a channel's messages would be spread over many sealed frames, and a frame costs both ends as much as ten messages in it.
 */
import type { Clock } from '../../system/ports.ts'

/** The pause between two tries to post while Redis is full or unreachable. */
const retryPauseMs = 500
/** The interval between two batches of deferrable messages. People see at most one step a second. */
const batchIntervalMs = 1000
/** The wait after which a deferrable message joins the urgent message of another channel. */
const joinAfterMs = batchIntervalMs / 2

export type Urgency = 'now' | 'deferrable'

/** A channel that has something to send. */
export interface Source {
  /** A closed source sends nothing more. */
  readonly isClosed: boolean
  /** Returns the sealed frames of all waiting messages, each frame once. */
  take(): Uint8Array[]
  /** Called when that number of frames is stored. */
  stored(frames: number): void
}

export interface BatchSenderOptions {
  clock: Clock
  /** Rejects if the messages could not be stored. */
  post: (sealed: readonly Uint8Array[]) => Promise<void>
  onError: (error: unknown) => void
}

/** How a channel's messages wait. */
interface Wait {
  sinceMs: number
  isUrgent: boolean
}

export class BatchSender {
  readonly #options: BatchSenderOptions
  readonly #waiting = new Map<Source, Wait>()
  #isPosting = false
  #isClosed = false
  #lastBatchMs = Number.NEGATIVE_INFINITY
  #cancelTimer: (() => void) | undefined

  constructor(options: BatchSenderOptions) {
    this.#options = options
  }

  /** Takes and posts the source's frames, now or within a second. */
  request(source: Source, urgency: Urgency): void {
    if (this.#isClosed) return
    const wait = this.#waiting.get(source)
    const isUrgent = urgency === 'now' || wait?.isUrgent === true
    this.#waiting.set(source, { sinceMs: wait?.sinceMs ?? this.#options.clock.monotonicMs(), isUrgent })
    if (isUrgent) void this.#postAll()
    else this.#waitForBatch()
  }

  /** Stops posting. */
  close(): void {
    this.#isClosed = true
    this.#cancelTimer?.()
  }

  /** Schedules the next batch: a second after the last one, or after the oldest waiting message, whichever comes first. */
  #waitForBatch(): void {
    if (this.#cancelTimer || this.#isPosting || this.#waiting.size === 0) return
    const { clock } = this.#options
    const oldestMs = Math.min(...[...this.#waiting.values()].map(({ sinceMs }) => sinceMs))
    const restMs = Math.min(this.#lastBatchMs, oldestMs) + batchIntervalMs - clock.monotonicMs()
    const postWaiting = () => {
      for (const wait of this.#waiting.values()) wait.isUrgent = true
      void this.#postAll()
    }
    if (restMs <= 0) postWaiting()
    else this.#cancelTimer = clock.after(restMs, postWaiting)
  }

  async #postAll(): Promise<void> {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    if (this.#isPosting) return
    this.#isPosting = true
    while (!this.#isClosed) {
      const sources = this.#takeDue()
      if (sources.length === 0) break
      this.#lastBatchMs = this.#options.clock.monotonicMs()
      await this.#post(sources.map(source => ({ source, sealed: source.take() })))
    }
    this.#isPosting = false
    if (!this.#isClosed) this.#waitForBatch()
  }

  /** Removes and returns the sources to post now; none if no message is urgent. */
  #takeDue(): Source[] {
    const waiting = [...this.#waiting]
    if (!waiting.some(([, { isUrgent }]) => isUrgent)) return []
    const joinsSinceMs = this.#options.clock.monotonicMs() - joinAfterMs
    const due = waiting.filter(([, { isUrgent, sinceMs }]) => isUrgent || sinceMs <= joinsSinceMs)
    for (const [source] of due) this.#waiting.delete(source)
    return due.map(([source]) => source)
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
