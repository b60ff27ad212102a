/** Ephemeral messages: how to reach a job's author for a while where Easel cannot write in the conversation itself. */
import type { Clock } from '../../../ports.ts'
import type { Payload } from './render.ts'

/** A response URL lives 30 minutes (docs.slack.dev: handling user interaction). */
const lifeMs = 29 * 60_000

export type SendEphemeral = (payload: Payload) => Promise<void>

export class EphemeralMessages {
  readonly #clock: Clock
  /** By job, oldest first. */
  readonly #known = new Map<string, { untilMs: number; sendEphemeral: SendEphemeral }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  remember(jobId: string, sendEphemeral: SendEphemeral): void {
    this.#known.set(jobId, { untilMs: this.#clock.monotonicMs() + lifeMs, sendEphemeral })
    for (const [id, { untilMs }] of this.#known) {
      if (untilMs > this.#clock.monotonicMs()) break
      this.#known.delete(id)
    }
  }

  /** Once per job; nothing where nobody is remembered. */
  async send(jobId: string, payload: Payload): Promise<void> {
    const known = this.#known.get(jobId)
    this.#known.delete(jobId)
    if (known !== undefined && known.untilMs > this.#clock.monotonicMs()) await known.sendEphemeral(payload)
  }
}
