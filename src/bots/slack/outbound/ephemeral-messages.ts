/** How to reach, for a while, the one who asked for a job, where Easel cannot write in the conversation itself. */
import type { Clock } from '../../../ports.ts'
import type { Payload } from './render.ts'

/** A response URL lives 30 minutes (docs.slack.dev: handling user interaction). */
const lifeMs = 29 * 60_000

export type Whisper = (payload: Payload) => Promise<void>

export class Whispers {
  readonly #clock: Clock
  /** By job, oldest first. */
  readonly #known = new Map<string, { untilMs: number; whisper: Whisper }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  remember(jobId: string, whisper: Whisper): void {
    this.#known.set(jobId, { untilMs: this.#clock.monotonicMs() + lifeMs, whisper })
    for (const [id, { untilMs }] of this.#known) {
      if (untilMs > this.#clock.monotonicMs()) break
      this.#known.delete(id)
    }
  }

  /** Once per job; nothing where nobody is remembered. */
  async say(jobId: string, payload: Payload): Promise<void> {
    const known = this.#known.get(jobId)
    this.#known.delete(jobId)
    if (known !== undefined && known.untilMs > this.#clock.monotonicMs()) await known.whisper(payload)
  }
}
