/** Brings request cards up to date once their job has started, when the rate limit leaves room for it. */
import type { JobView } from '../../../app/views.ts'
import { hasCode } from '../../../errors.ts'
import type { Clock, Logger } from '../../../ports.ts'
import type { MessageAddress } from './address.ts'
import { cardOf } from './job-posts.ts'
import type { Messages } from './messages.ts'

/** Between two checks of the channel's rate limit. */
const recheckMs = 5000

interface Stale {
  card: MessageAddress
  job: JobView
}

export class CardUpdates {
  readonly #messages: Messages
  readonly #clock: Clock
  readonly #log: Logger
  /** By job, oldest first. */
  readonly #stale = new Map<string, Stale>()
  #isBusy = false
  #isStopped = false
  #stopTimer = () => {}

  constructor(parts: { messages: Messages; clock: Clock; log: Logger }) {
    this.#messages = parts.messages
    this.#clock = parts.clock
    this.#log = parts.log
  }

  /** The card should say what is true now. */
  refresh(job: JobView, card: MessageAddress): void {
    this.#stale.set(job.id, { job, card })
    if (!this.#isBusy) void this.#work()
  }

  /** There is no such card any more. */
  forget(jobId: string): void {
    this.#stale.delete(jobId)
  }

  stop(): void {
    this.#isStopped = true
    this.#stopTimer()
    this.#stale.clear()
  }

  async #work(): Promise<void> {
    this.#isBusy = true
    for (const [jobId, stale] of [...this.#stale]) {
      if (this.#stale.get(jobId) !== stale || !this.#messages.canSpareEdit(stale.card)) continue
      this.#stale.delete(jobId)
      await this.#edit(jobId, stale)
    }
    this.#isBusy = false
    this.#stopTimer()
    if (this.#stale.size > 0 && !this.#isStopped)
      this.#stopTimer = this.#clock.after(recheckMs, () => void this.#work())
  }

  async #edit(jobId: string, stale: Stale): Promise<void> {
    const { job, card } = stale
    try {
      await this.#messages.edit(card, cardOf(job))
    } catch (error) {
      if (hasCode(error, 'platform-busy') && !this.#stale.has(jobId)) this.#stale.set(jobId, stale)
      this.#log.debug({ jobId, problem: String(error) }, 'card not brought up to date')
    }
  }
}
