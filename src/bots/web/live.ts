/** What changed, told to every open browser: each has its own list of changed jobs and reads it at its own pace. */
import type { JobView } from '../../app/views.ts'
import type { Clock } from '../../ports.ts'

/** A job as it is now, or the id of one that is gone. */
export type Change = { kind: 'changed'; job: JobView } | { kind: 'removed'; jobId: string }

/** A slow browser costs one entry per job, never more: only the latest state of each is kept. */
export class Subscription {
  readonly #changes = new Map<string, Change>()
  #wake: () => void = () => {}
  #closed = false

  push(jobId: string, change: Change): void {
    this.#changes.set(jobId, change)
    this.#wake()
  }

  /**
   * Resolves with up to `limit` changes as soon as there are any, with none when `quietMs` pass without, and with
   * undefined once closed.
   */
  async next(clock: Clock, quietMs: number, limit: number): Promise<Change[] | undefined> {
    if (!this.#closed && this.#changes.size === 0) await this.#pause(clock, quietMs)
    if (this.#closed) return undefined
    const batch = [...this.#changes].slice(0, limit)
    for (const [jobId] of batch) this.#changes.delete(jobId)
    return batch.map(([, change]) => change)
  }

  close(): void {
    this.#closed = true
    this.#wake()
  }

  #pause(clock: Clock, quietMs: number): Promise<void> {
    return new Promise(resolve => {
      const cancel = clock.after(quietMs, resolve)
      this.#wake = () => {
        cancel()
        resolve()
      }
    })
  }
}

export class Live {
  readonly #subscriptions = new Set<Subscription>()

  subscribe(): Subscription {
    const subscription = new Subscription()
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
