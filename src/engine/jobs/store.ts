/** The interface of the durable queue, which the database implements. The engine knows no other part of the database. */
import type { ErrorCode, ErrorDetails } from '../../errors/errors.ts'
import type { PaintedPicture } from '../pipeline/painter.ts'
import type { WorkOrder } from '../work-order.ts'

/** A queued job as the scheduler sees it. */
export interface Waiting {
  jobId: string
  /** Whose turn it takes. */
  personId: number
  /** Higher goes first. */
  priority: number
  /** Order of acceptance: smaller is older. */
  seq: number
  /** How long it had waited already when it was read, not counting time in which nothing ran. */
  waitedMs: number
  /** Hash of the model that the job needs on its device. */
  modelHash: string
  /** Hashes of everything in the models folders that the job needs, that model among it. */
  needs: readonly string[]
  /** What decides how long the job takes. */
  size: JobSize
}

/** Amount of work: steps over pixels of all pictures of a set. Upscaling has no steps. */
export interface JobSize {
  kind: WorkOrder['kind']
  steps: number
  /** Width × height × count. */
  pixels: number
}

/** One claim of a job by a device. Every later write names its attempt, so that a claim long given up writes nothing. */
export interface Claim {
  jobId: string
  attempt: number
  order: WorkOrder
  failures: number
  crashes: number
}

export interface Failure {
  code: ErrorCode
  details: ErrorDetails[ErrorCode]
}

/** How a claim ends. `queued` gives the job back: to be tried again after `delayMs`, or just later. */
export type Ending =
  | { state: 'done'; pictures: PaintedPicture[] }
  | { state: 'failed' | 'dead'; failures: number; crashes: number; failure: Failure }
  | { state: 'cancelled' }
  | { state: 'queued'; failures: number; crashes: number; delayMs: number }

export interface JobStore {
  /** All queued jobs, oldest first. */
  waiting(): Waiting[]
  /** One durable update; undefined when the job is not queued any more. */
  claim(jobId: string, device: string): Promise<Claim | undefined>
  /** The bytes of an order's source pictures, by picture id. @throws AppError 'source-removed' when one was deleted. */
  sources(order: WorkOrder): Promise<Record<string, Uint8Array>>
  /**
   * Pictures to disk first, then one transaction with everything that follows from the ending.
   * False when the claim was not the job's own any more.
   */
  end(claim: Claim, ending: Ending, runMs: number): Promise<boolean>
  /** Gives up a queued job that waited too long; false when it is not queued any more. */
  expire(jobId: string): Promise<boolean>
}
