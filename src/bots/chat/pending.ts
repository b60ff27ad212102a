/** Pending requests: those that expand to several jobs and wait for their author's confirmation. */
import type { Caller } from '../../app/people.ts'
import type { ImagineRequest } from '../../app/requests.ts'
import { BoundedMap } from './bounded-map.ts'

export interface PendingRequest {
  request: ImagineRequest
  /** Who asked, where, and by which event: a second confirmation is the same request. */
  caller: Caller
}

/** Where pending requests are kept between the question and its answer. */
export interface PendingStore {
  add(id: string, pending: PendingRequest): Promise<void>
  find(id: string): PendingRequest | undefined
}

/** People who never answer must not fill the memory. */
const mostPending = 1000

/** Pending requests in memory alone: a restart forgets them, and the question says so when it is answered. */
export function memoryPendingStore(): PendingStore {
  const entries = new BoundedMap<PendingRequest>(mostPending)
  return { add: async (id, pending) => entries.set(id, pending), find: id => entries.get(id) }
}
