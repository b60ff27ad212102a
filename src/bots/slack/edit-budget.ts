/** How many edits of messages a workspace has left in this minute, so that progress never starves results. */
import type { Clock } from '../../ports.ts'

// chat.update is tier 3: 50 calls a minute, method and workspace (docs.slack.dev/apis/web-api/rate-limits).
const editsPerMinute = 50
/** Kept back for results, cancellations and the like. */
const reserve = 20
const minuteMs = 60_000

export class EditBudget {
  readonly #clock: Clock
  /** Times of the edits of the last minute, oldest first, by token. */
  readonly #edits = new Map<string, number[]>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether an edit that may as well be left out can be afforded. */
  canSpare(token: string): boolean {
    return this.#lastMinute(token).length < editsPerMinute - reserve
  }

  spend(token: string): void {
    this.#lastMinute(token).push(this.#clock.monotonicMs())
  }

  #lastMinute(token: string): number[] {
    const edits = this.#edits.get(token) ?? []
    this.#edits.set(token, edits)
    const since = this.#clock.monotonicMs() - minuteMs
    while ((edits[0] ?? Number.POSITIVE_INFINITY) <= since) edits.shift()
    return edits
  }
}
