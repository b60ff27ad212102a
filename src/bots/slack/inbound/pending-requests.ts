/** Requests that wait for confirmation. In memory alone: the question itself is gone once the person reloads Slack. */
import type { Caller } from '../../../app/people.ts'
import type { ImagineRequest } from '../../../app/requests.ts'

export interface Pending {
  request: ImagineRequest
  caller: Caller
}

/** People who never answer must not fill the memory. */
const mostPending = 1000

export class PendingRequests {
  readonly #waiting = new Map<string, Pending>()

  add(id: string, pending: Pending): void {
    this.#waiting.set(id, pending)
    const oldest = this.#waiting.keys().next()
    if (this.#waiting.size > mostPending && !oldest.done) this.#waiting.delete(oldest.value)
  }

  find(id: string): Pending | undefined {
    return this.#waiting.get(id)
  }
}
