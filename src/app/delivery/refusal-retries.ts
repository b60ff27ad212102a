/** Retries of edits and deletions that a platform refused: the refusal may be a passing one. */
import type { Random } from '../../system/ports.ts'
import { exponentialPause } from './backoff.ts'
import type { RefusalReason } from './courier.ts'

const maxTries = 4
/** A new message may be unknown to a platform for a moment. Otherwise it is gone, and there is nothing to edit. */
const maxTriesIfDeleted = 1

export class RefusalRetries {
  readonly #random: Random
  /** Refusals in a row, by outbox entry. */
  readonly #refused = new Map<number, number>()

  constructor(random: Random) {
    this.#random = random
  }

  /** Counts a refusal. The wait before the next try in milliseconds; undefined: it is not tried again. */
  pauseAfter(entryId: number, reason: RefusalReason): number | undefined {
    const times = (this.#refused.get(entryId) ?? 0) + 1
    this.#refused.set(entryId, times)
    if (times <= (reason === 'deleted' ? maxTriesIfDeleted : maxTries))
      return exponentialPause(times, this.#random)
    this.#refused.delete(entryId)
    return undefined
  }
}
