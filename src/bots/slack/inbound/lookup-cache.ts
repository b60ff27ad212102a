/** What Slack was asked about people and channels, kept for a while; no request waits for it longer than it can. */
import type { Clock } from '../../../ports.ts'

/** Long enough to spare Slack under load, short enough that what changed need not be waited for. */
const keptMs = 10 * 60_000
/** The look-up must leave most of the 3 s for an acknowledgement to the request itself. */
const timeoutMs = 800

export class LookupCache<Value> {
  readonly #clock: Clock
  readonly #known = new Map<string, { value: Value; untilMs: number }>()
  /** Look-ups under way: what is needed by many requests at once is asked once. */
  readonly #asked = new Map<string, Promise<Value | undefined>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** `look` answers undefined where Slack does not say, and then is asked again; undefined too where it takes too long. */
  async find(key: string, look: () => Promise<Value | undefined>): Promise<Value | undefined> {
    const known = this.#known.get(key)
    if (known !== undefined && known.untilMs > this.#clock.monotonicMs()) return known.value
    const asked = this.#asked.get(key) ?? this.#ask(key, look)
    return (await this.#inTime(asked)) ?? known?.value
  }

  /** As Slack has it now; what is known already only where it takes too long or does not say. */
  async refresh(key: string, look: () => Promise<Value | undefined>): Promise<Value | undefined> {
    return (await this.#inTime(this.#asked.get(key) ?? this.#ask(key, look))) ?? this.#known.get(key)?.value
  }

  #ask(key: string, look: () => Promise<Value | undefined>): Promise<Value | undefined> {
    // Slack is busy: the request itself matters more than what could be known of it.
    const asked = look()
      .catch(() => undefined)
      .then(value => {
        if (value !== undefined) this.#remember(key, value)
        return value
      })
      .finally(() => this.#asked.delete(key))
    this.#asked.set(key, asked)
    return asked
  }

  #remember(key: string, value: Value): void {
    const nowMs = this.#clock.monotonicMs()
    for (const [old, { untilMs }] of this.#known) {
      if (untilMs > nowMs) break
      this.#known.delete(old)
    }
    this.#known.delete(key)
    this.#known.set(key, { value, untilMs: nowMs + keptMs })
  }

  #inTime<T>(work: Promise<T>): Promise<T | undefined> {
    return new Promise(resolve => {
      const stop = this.#clock.after(timeoutMs, () => resolve(undefined))
      void work.then(value => {
        stop()
        resolve(value)
      })
    })
  }
}
