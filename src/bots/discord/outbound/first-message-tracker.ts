/** First-message tracker: the jobs with a first message on Discord, and the waiters for one. */
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../../system/ports.ts'

const maxRemembered = 1000

export class FirstMessageTracker {
  readonly #clock: Clock
  /** Jobs with their first message. */
  readonly #done = new LRUCache<string, true>({ max: maxRemembered })
  readonly #waiting = new Map<string, () => void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  done(jobId: string): void {
    this.#done.set(jobId, true)
    this.#waiting.get(jobId)?.()
  }

  /** True as soon as the job has its first message; false after `timeoutMs`. */
  async within(timeoutMs: number, jobId: string): Promise<boolean> {
    if (this.#done.has(jobId)) return true
    let stop = () => {}
    await new Promise<void>(resolve => {
      this.#waiting.set(jobId, resolve)
      stop = this.#clock.after(timeoutMs, resolve)
    })
    stop()
    this.#waiting.delete(jobId)
    return this.#done.has(jobId)
  }

  /** Ends every wait. */
  close(): void {
    for (const resolve of this.#waiting.values()) resolve()
  }
}
