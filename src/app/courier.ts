/** The seam through which app/ speaks to a chat platform: every method can be repeated without harm. */
import type { Platform } from './people.ts'
import type { JobView } from './views.ts'

/** Where a job's placeholder lives on its platform: JSON that only its courier understands. */
export type Address = string

/** `gone`: the message, thread or channel is no more, or we may not write there; nothing is retried. */
export type Delivery = { kind: 'delivered'; address: Address } | { kind: 'gone'; reason: string }

/**
 * What an adapter offers for delivery. Faults that waiting may mend are thrown as AppError
 * ('platform-busy' with retryAfterMs, or 'platform-refused' which ends the delivery).
 */
export interface Courier {
  readonly platform: Platform
  /** The least time between two progress edits of one job, in milliseconds. */
  readonly progressIntervalMs: number
  /**
   * Posts the request card, its thread and the placeholder. Called again after a crash between posting and
   * recording: must use the job's id as the platform's nonce wherever there is one. `parent` is where the job lives
   * that this one descends from, if it still lives there.
   */
  open(job: JobView, parent?: Address): Promise<Delivery>
  /** Shows place, step and preview. May skip when the platform is busy; never throws for that. */
  progress(address: Address, job: JobView): Promise<void>
  /** Makes the placeholder show the final state, with pictures and buttons where there are any. */
  settle(address: Address, job: JobView): Promise<Delivery>
  /** Takes the message away (Delete button, /forget me). */
  withdraw(address: Address, job: JobView): Promise<Delivery>
}
