/** Publishes changes of jobs to open browsers. Each browser has its own list of changed jobs and reads it at its own rate. */
import type { JobView } from '../../../app/views/views.ts'
import type { Clock } from '../../../system/ports.ts'

/** The current state of a job, or the id of a deleted one. */
export type FeedChange = { kind: 'changed'; job: JobView } | { kind: 'removed'; jobId: string }

/** The batching of a stream: jobs per batch, the minimum time between batches, and the maximum idle time. */
export interface Throttle {
  limit: number
  restMs: number
  quietMs: number
}

/** Keeps only the latest state of each job, so a slow browser uses at most one entry per job. */
export class Subscription {
  readonly #changes = new Map<string, FeedChange>()
  readonly #clock: Clock
  readonly #throttle: Throttle
  #isFirst = true
  #closed = false
  #onPush: () => void = () => {}
  #onClose: () => void = () => {}

  constructor(clock: Clock, throttle: Throttle) {
    this.#clock = clock
    this.#throttle = throttle
  }

  push(jobId: string, change: FeedChange): void {
    this.#changes.set(jobId, change)
    this.#onPush()
  }

  /** The next batch; empty after the idle time, undefined once closed. */
  async next(): Promise<FeedChange[] | undefined> {
    if (!this.#isFirst) await this.#wait(this.#throttle.restMs, 'close')
    if (this.#changes.size === 0) await this.#wait(this.#throttle.quietMs, 'push')
    this.#isFirst = false
    if (this.#closed) return undefined
    const batch = [...this.#changes].slice(0, this.#throttle.limit)
    for (const [jobId] of batch) this.#changes.delete(jobId)
    return batch.map(([, change]) => change)
  }

  close(): void {
    this.#closed = true
    this.#onClose()
  }

  /** Waits until the time is over, the stream is closed, or, for `push`, a change is published. */
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
  /** The open streams, each with the key of the address that opened it. */
  readonly #subscriptions = new Map<Subscription, string>()

  subscribe(clock: Clock, throttle: Throttle, address = ''): Subscription {
    const subscription = new Subscription(clock, throttle)
    this.#subscriptions.set(subscription, address)
    return subscription
  }

  /** The number of streams that an address has open. */
  countOf(address: string): number {
    return [...this.#subscriptions.values()].filter(each => each === address).length
  }

  unsubscribe(subscription: Subscription): void {
    this.#subscriptions.delete(subscription)
    subscription.close()
  }

  changed(job: JobView): void {
    this.#push(job.id, { kind: 'changed', job })
  }

  removed(jobId: string): void {
    this.#push(jobId, { kind: 'removed', jobId })
  }

  /** All browsers get the same object, so that it need be rendered only once. */
  #push(jobId: string, change: FeedChange): void {
    for (const subscription of this.#subscriptions.keys()) subscription.push(jobId, change)
  }

  /** Ends every open stream. */
  close(): void {
    for (const subscription of this.#subscriptions.keys()) this.unsubscribe(subscription)
  }
}
