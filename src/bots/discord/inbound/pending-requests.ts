/** Pending requests: what waits for a person's confirmation or form. In memory alone. */
import type { ImagineRequest } from '../../../app/requests.ts'
import type { GivenFile } from './downloads.ts'

/** A request that was shown to be several. */
export interface PendingRequest {
  request: ImagineRequest
  userId: string
  /** A second yes is the same request. */
  eventId: string
}

/** Pictures of a message, from which the form lets one be chosen. */
export interface PendingSource {
  files: readonly GivenFile[]
}

/** People who never answer must not fill the memory. */
const mostPending = 1000

export class Pending<Value> {
  readonly #waiting = new Map<string, Value>()

  add(id: string, value: Value): void {
    this.#waiting.set(id, value)
    const oldest = this.#waiting.keys().next()
    if (this.#waiting.size > mostPending && !oldest.done) this.#waiting.delete(oldest.value)
  }

  find(id: string): Value | undefined {
    return this.#waiting.get(id)
  }
}
