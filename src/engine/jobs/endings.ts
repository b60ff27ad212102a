/** Decides the ending of a job's attempt, as a pure function: done, queued again, or given up. */
import { type Backoff, backoffMs, jitteredMs } from '../../common/backoff.ts'
import { AppError } from '../../errors/errors.ts'
import type { PaintedPicture } from '../pipeline/painter.ts'
import type { Claim, Ending } from './job-store.ts'

/** `released`: stopped by the pool and not by a person, so the attempt does not count. */
export type AttemptOutcome =
  /** `loadMs`: the part of the run that loaded weights. `discard`: as in RunOutcome. */
  | { kind: 'done'; pictures: PaintedPicture[]; loadMs: number; discard?: () => void }
  | { kind: 'cancelled' }
  | { kind: 'released' }
  | { kind: 'failed'; error: AppError }

/** The maximum number of attempts that end in retryable faults. */
export const maxFailures = 3
/** The number of worker crashes after which a job is not tried again; the end of its process counts as one. */
export const maxCrashes = 2
/** The maximum number of claims, even if every attempt ended for reasons outside the job. */
export const maxClaims = 20

const retry: Backoff = { firstMs: 2000, maxMs: 4000 }

/** The ending after one attempt. `chance`: the jitter of the delay, in [0, 1). */
export function endingAfterAttempt(
  claim: Pick<Claim, 'attempt' | 'failures' | 'crashes'>,
  outcome: AttemptOutcome,
  chance: number,
): Ending {
  const { failures, crashes } = claim
  switch (outcome.kind) {
    case 'done':
      return { state: 'done', pictures: outcome.pictures }
    case 'cancelled':
      return { state: 'cancelled', isCounted: true }
    case 'released':
      return { state: 'queued', failures, crashes, delayMs: 0 }
    case 'failed':
      return endingAfterFailure(claim, outcome.error, chance)
  }
}

function endingAfterFailure(
  { attempt, failures, crashes }: Pick<Claim, 'attempt' | 'failures' | 'crashes'>,
  error: AppError,
  chance: number,
): Ending {
  // The job is not blamed for the loss of a machine, unless that is repeated.
  if (error.code === 'worker-unreachable' && attempt < maxClaims) {
    return { state: 'queued', failures, crashes, delayMs: 0 }
  }
  const isCrash = error.code === 'worker-died'
  const counted = { failures: failures + 1, crashes: crashes + (isCrash ? 1 : 0) }
  if (isCrash && counted.crashes >= maxCrashes) return dead({ failures, crashes: counted.crashes })
  if (!error.retryable || counted.failures >= maxFailures) {
    return { state: 'failed', ...counted, failure: { code: error.code, details: error.details } }
  }
  return { state: 'queued', ...counted, delayMs: jitteredMs(backoffMs(retry, failures), chance) }
}

/**
 * The ending of a job after its cancel was confirmed to a person: cancelled, whatever fault ended its run, except that a finished
 * picture is still delivered.
 */
export function endingAfterCancel(ending: Ending): Ending {
  const stays = ending.state === 'done' || ending.state === 'cancelled'
  return stays ? ending : { state: 'cancelled', isCounted: false }
}

/** Whether a job with that end counts against the quota. */
export function isCounted(ending: Ending): boolean {
  return ending.state === 'done' || (ending.state === 'cancelled' && ending.isCounted)
}

/** Whether a job may have crashed a process. It then runs in a separate process. */
export function isSuspect({ crashes }: Pick<Claim, 'crashes'>): boolean {
  return crashes > 0
}

/**
 * The next state of a job that was running when the process ended without a recorded reason: the job, a kill, a power failure
 * or another job may be the cause. The job is suspect and runs in a separate process, whose crash identifies it. Another end
 * of Easel's own process does not.
 */
export function endingAfterRestart(claim: Pick<Claim, 'attempt' | 'failures' | 'crashes'>): Ending {
  const { attempt, failures } = claim
  const crashes = Math.max(1, claim.crashes)
  if (attempt >= maxClaims) return dead({ failures, crashes: attempt })
  return { state: 'queued', failures, crashes, delayMs: 0 }
}

function dead(counted: Pick<Claim, 'failures' | 'crashes'>): Ending {
  const { code, details } = new AppError('took-worker-down', { crashes: counted.crashes })
  return { state: 'dead', ...counted, failure: { code, details } }
}
