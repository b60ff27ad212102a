/** Retries of edits and deletions that a platform refused: the refusal may be temporary. */
import type { Random } from '../../system/ports.ts'
import { exponentialPause } from './backoff.ts'
import type { RefusalReason } from './courier.ts'

const maxTries = 4
/** One retry, because a new message may be unknown to a platform for a moment. After that the message counts as gone. */
const maxTriesIfDeleted = 1

export class RefusalRetries {
  readonly #random: Random
  /** Refusals in a row, by outbox entry. */
  readonly #refused = new Map<number, number>()

  constructor(random: Random) {
    this.#random = random
  }

  /** Counts a refusal and returns the wait before the next try in milliseconds; undefined if there is none. */
  pauseAfter(entryId: number, reason: RefusalReason): number | undefined {
    const times = (this.#refused.get(entryId) ?? 0) + 1
    this.#refused.set(entryId, times)
    if (times <= (reason === 'deleted' ? maxTriesIfDeleted : maxTries))
      return exponentialPause(times, this.#random)
    this.#refused.delete(entryId)
    return undefined
  }
}
