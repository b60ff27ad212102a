/** What changed, told to every open browser: each has its own list of changed jobs and reads it at its own pace. */
import type { JobView } from '../../app/views.ts'
import type { Clock } from '../../ports.ts'

/** A job as it is now, or the id of one that is gone. */
export type Change = { kind: 'changed'; job: JobView } | { kind: 'removed'; jobId: string }

/** How a browser is told: how many jobs at once, the least time between two batches, and how long it stays quiet. */
export interface Pace {
  limit: number
  restMs: number
  quietMs: number
}

/** A slow browser costs one entry per job, never more: only the latest state of each is kept. */
export class Subscription {
  readonly #changes = new Map<string, Change>()
  readonly #clock: Clock
  readonly #pace: Pace
  #isFirst = true
  #closed = false
  #onPush: () => void = () => {}
  #onClose: () => void = () => {}

  constructor(clock: Clock, pace: Pace) {
    this.#clock = clock
    this.#pace = pace
  }

  push(jobId: string, change: Change): void {
    this.#changes.set(jobId, change)
    this.#onPush()
  }

  /** The next batch; empty when nothing happened for a quiet while, undefined once closed. */
  async next(): Promise<Change[] | undefined> {
    if (!this.#isFirst) await this.#wait(this.#pace.restMs, 'close')
    if (this.#changes.size === 0) await this.#wait(this.#pace.quietMs, 'push')
    this.#isFirst = false
    if (this.#closed) return undefined
    const batch = [...this.#changes].slice(0, this.#pace.limit)
    for (const [jobId] of batch) this.#changes.delete(jobId)
    return batch.map(([, change]) => change)
  }

  close(): void {
    this.#closed = true
    this.#onClose()
  }

  /** Until the time is over, or something is pushed where that matters, or all is closed. */
  #wait(ms: number, until: 'push' | 'close'): Promise<void> {
    if (this.#closed) return Promise.resolve()
    return new Promise(resolve => {
      const cancel = this.#clock.after(ms, resolve)
      const wake = () => {
        cancel()
        resolve()
      }
      this.#onClose = wake
      this.#onPush = until === 'push' ? wake : () => {}
    })
  }
}

export class Live {
  readonly #subscriptions = new Set<Subscription>()

  subscribe(clock: Clock, pace: Pace): Subscription {
    const subscription = new Subscription(clock, pace)
    this.#subscriptions.add(subscription)
    return subscription
  }

  unsubscribe(subscription: Subscription): void {
    this.#subscriptions.delete(subscription)
    subscription.close()
  }

  changed(job: JobView): void {
    for (const subscription of this.#subscriptions) subscription.push(job.id, { kind: 'changed', job })
  }

  removed(jobId: string): void {
    for (const subscription of this.#subscriptions) subscription.push(jobId, { kind: 'removed', jobId })
  }

  /** Ends every open stream. */
  close(): void {
    for (const subscription of this.#subscriptions) this.unsubscribe(subscription)
  }
}
