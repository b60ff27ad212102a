/** Updates request cards: intermediate states when the rate limit allows, the final state always. */
import type { JobView } from '../../../app/views/views.ts'
import type { Clock, Logger } from '../../../system/ports.ts'
import type { CallOutcome } from '../transport/api.ts'
import type { MessageAddress } from './address.ts'
import type { JobPosts } from './job-posts.ts'
import type { Messages, Post } from './messages.ts'

/** The interval of checks of the channel's rate limit. */
const recheckMs = 5000

interface Stale {
  card: MessageAddress
  job: JobView
}

export interface CardUpdatesParts {
  messages: Messages
  posts: JobPosts
  clock: Clock
  log: Logger
}

export class CardUpdates {
  readonly #parts: CardUpdatesParts
  /** Stale cards by job, oldest first. */
  readonly #stale = new Map<string, Stale>()
  /** The last text of each card by job. Edits without a change are not sent. */
  readonly #shown = new Map<string, string>()
  /** The edit in progress. */
  #underway: { jobId: string; over: Promise<void> } | undefined
  #isBusy = false
  #isStopped = false
  #stopTimer = () => {}

  constructor(parts: CardUpdatesParts) {
    this.#parts = parts
  }

  /** Requests an update of the card. */
  refresh(job: JobView, card: MessageAddress): void {
    if (this.#shown.get(job.id) === contentOf(this.#parts.posts.card(job))) return
    this.#stale.set(job.id, { job, card })
    if (!this.#isBusy) void this.#work()
  }

  /** Sends the final state after the edit in progress, because a retry of that edit could take effect last. */
  async finish(jobId: string, card: MessageAddress, post: Post): Promise<CallOutcome<undefined>> {
    this.#stale.delete(jobId)
    if (this.#underway?.jobId === jobId) await this.#underway.over
    const isShown = this.#shown.get(jobId) === contentOf(post)
    this.#shown.delete(jobId)
    return isShown ? { kind: 'done', value: undefined } : this.#parts.messages.edit(card, post)
  }

  /** Drops the state of a card that no longer exists. */
  forget(jobId: string): void {
    this.#stale.delete(jobId)
    this.#shown.delete(jobId)
  }

  stop(): void {
    this.#isStopped = true
    this.#stopTimer()
    this.#stale.clear()
  }

  async #work(): Promise<void> {
    const { messages, clock } = this.#parts
    this.#isBusy = true
    for (const [jobId, stale] of [...this.#stale]) {
      if (this.#stale.get(jobId) !== stale || !messages.canSpareEdit(stale.card)) continue
      this.#stale.delete(jobId)
      this.#underway = { jobId, over: this.#edit(jobId, stale) }
      await this.#underway.over
      this.#underway = undefined
    }
    this.#isBusy = false
    this.#stopTimer()
    if (this.#stale.size > 0 && !this.#isStopped)
      this.#stopTimer = clock.after(recheckMs, () => void this.#work())
  }

  /** A failed edit is ignored, because the final state follows. */
  async #edit(jobId: string, { job, card }: Stale): Promise<void> {
    const { messages, posts, log } = this.#parts
    const post = posts.card(job)
    this.#shown.set(jobId, contentOf(post))
    try {
      const edited = await messages.edit(card, post)
      if (edited.kind === 'refused') this.#shown.delete(jobId)
    } catch (error) {
      this.#shown.delete(jobId)
      log.debug({ jobId, problem: String(error) }, 'card not brought up to date')
    }
  }
}

function contentOf({ components }: Post): string {
  return JSON.stringify(components)
}
