/** Decides the outcome of a try, as a pure function: done, retry, or give up. */
import { AppError } from '../../errors/errors.ts'
import type { PaintedPicture } from '../pipeline/painter.ts'
import type { Claim, Ending } from './store.ts'

/** `released`: stopped by us and not by a person, so that the try does not count. */
export type TryOutcome =
  /** `loadMs`: of it went into loading weights. */
  | { kind: 'done'; pictures: PaintedPicture[]; loadMs: number }
  | { kind: 'cancelled' }
  | { kind: 'released' }
  | { kind: 'failed'; error: AppError }

/** Tries that a job has when faults are to blame that another try may overcome. */
export const maxTries = 3
/** Workers that a job may take down before it is not tried again; the end of a process that it ran in counts as one. */
export const maxCrashes = 2
/** However often processes end under a job for reasons of their own, so often it is claimed and not more. */
export const maxClaims = 20

const firstDelayMs = 2000

/** `chance` in [0, 1) spreads the tries of many jobs that failed together. */
export function verdict(
  claim: Pick<Claim, 'attempt' | 'failures' | 'crashes'>,
  outcome: TryOutcome,
  chance: number,
): Ending {
  const { attempt, failures, crashes } = claim
  switch (outcome.kind) {
    case 'done':
      return { state: 'done', pictures: outcome.pictures }
    case 'cancelled':
      return { state: 'cancelled' }
    case 'released':
      return { state: 'queued', failures, crashes, delayMs: 0 }
    case 'failed': {
      const { error } = outcome
      const delayMs = firstDelayMs * 2 ** failures * (0.5 + chance / 2)
      // The job has no part in the loss of a machine, unless that happens again and again.
      if (error.code === 'worker-unreachable' && attempt < maxClaims) {
        return { state: 'queued', failures, crashes, delayMs: 0 }
      }
      const crashed = error.code === 'worker-died'
      const counted = { failures: failures + 1, crashes: crashes + (crashed ? 1 : 0) }
      if (crashed && counted.crashes >= maxCrashes) return dead({ failures, crashes: counted.crashes })
      if (!error.retryable || counted.failures >= maxTries) {
        return { state: 'failed', ...counted, failure: { code: error.code, details: error.details } }
      }
      return { state: 'queued', ...counted, delayMs }
    }
  }
}

/** Whether a job may have taken a process down: then it runs where it can take down nobody else. */
export function isSuspect({ crashes }: Pick<Claim, 'crashes'>): boolean {
  return crashes > 0
}

/**
 * What becomes of a job that was running when the process ended without a word: by the job, or by a kill, a loss of power,
 * another job. It is under suspicion and goes on in a process of its own, whose end proves something; the end of Easel's
 * process under a suspect proves nothing more.
 */
export function verdictAfterRestart(claim: Pick<Claim, 'attempt' | 'failures' | 'crashes'>): Ending {
  const { attempt, failures } = claim
  const crashes = Math.max(1, claim.crashes)
  if (attempt >= maxClaims) return dead({ failures, crashes: attempt })
  return { state: 'queued', failures, crashes, delayMs: 0 }
}

function dead(counted: Pick<Claim, 'failures' | 'crashes'>): Ending {
  const { code, details } = new AppError('took-worker-down', { crashes: counted.crashes })
  return { state: 'dead', ...counted, failure: { code, details } }
}
