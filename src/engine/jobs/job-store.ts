/** The interface of the durable queue, which the database implements. The engine knows no other part of the database. */
import type { ErrorCode, ErrorDetails } from '../../errors/errors.ts'
import type { PaintedPicture } from '../pipeline/painter.ts'
import type { WorkOrder } from '../work-order.ts'
import type { JobNeeds } from './job-fit.ts'

/** A queued job as the fair order needs it. */
export interface QueuedJob extends JobNeeds {
  jobId: string
  /** The person whose turn it takes. */
  personId: number
  /** Higher goes first. */
  priority: number
  /** The order of acceptance: smaller is older. */
  seq: number
  /** The wait before it was read, without the time in which no process ran. */
  waitedMs: number
  /** The hash of the model that the job needs on its device. */
  modelHash: string
  /** The quantities that determine the job's duration. */
  size: JobSize
}

/** The amount of work. A set's pictures are painted one by one. */
export interface JobSize {
  kind: WorkOrder['kind']
  pictures: number
  /** The steps of all pictures, as progress counts them. Upscaling has none. */
  steps: number
  /** The pixels of one picture. */
  pixels: number
}

/** One claim of a job by a device. Every later write names its attempt, so that an abandoned claim writes nothing. */
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

/** The end of a claim. `queued` returns the job to the queue, for another attempt after `delayMs`. */
export type Ending =
  | { state: 'done'; pictures: PaintedPicture[] }
  | { state: 'failed' | 'dead'; failures: number; crashes: number; failure: Failure }
  /** Counted against the quota, unless its attempt failed anyway. */
  | { state: 'cancelled'; isCounted: boolean }
  | { state: 'queued'; failures: number; crashes: number; delayMs: number }

export interface JobStore {
  /** All queued jobs, oldest first. */
  queuedJobs(): QueuedJob[]
  /** One durable update; undefined if the job is no longer queued. A paused device claims nothing. */
  claim(jobId: string, device: string): Promise<Claim | 'device-paused' | undefined>
  /** The names of the devices that the operator has paused. Absent where there is no operator, as in a simulation. */
  pausedDevices?(): readonly string[]
  /** The bytes of an order's source pictures, by picture id. @throws AppError 'source-removed' when one was deleted, 'source-file-missing' when its file is not there. */
  sources(order: WorkOrder): Promise<Record<string, Uint8Array>>
  /**
   * Pictures to disk first, then one transaction with everything that follows from the ending. A job with a stored cancel is
   * cancelled instead of failing or returning to the queue.
   * The pictures' bytes may be freed after it has resolved, so an implementation keeps none of them.
   * Returns the recorded ending; undefined if the attempt was given up meanwhile.
   */
  end(claim: Claim, ending: Ending, runMs: number): Promise<Ending | undefined>
  /** Ends a queued job that waited too long; false if it is no longer queued. */
  expire(jobId: string): Promise<boolean>
}
