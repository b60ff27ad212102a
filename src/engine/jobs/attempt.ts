/** One attempt at a job on a device: its run, its ending, and the record of both. */
import { type AppError, toAppError } from '../../errors/errors.ts'
import type { Clock, Logger } from '../../system/ports.ts'
import { type AttemptOutcome, endingAfterAttempt, endingAfterCancel, isSuspect } from './endings.ts'
import type { Claim, Ending, JobStore } from './job-store.ts'
import type { Run } from './run.ts'
import type { Speeds } from './times/speeds.ts'

export interface AttemptParts {
  store: JobStore
  clock: Clock
  speeds: Speeds
  onProgress: () => void
}

/** Runs the job to its end on its device. Never rejects: an exception is a failed attempt. */
export async function attempt(run: Run, claim: Claim, parts: AttemptParts): Promise<AttemptOutcome> {
  const { store, clock, speeds, onProgress } = parts
  const { job, device } = run
  try {
    const sources = await store.sources(claim.order)
    const outcome = await device.run(claim.order, job.modelHash, sources, {
      isolated: isSuspect(claim),
      signal: run.abort.signal,
      onLoading: () => run.recordLoading(),
      onStep: (step, steps, preview, elapsedMs) => {
        const stepMs = run.recordStep(step, steps, preview, { arrivedMs: clock.monotonicMs(), elapsedMs })
        if (stepMs !== undefined) speeds.recordStep(device.name, job, stepMs)
        onProgress()
      },
    })
    if (outcome.kind === 'cancelled') return { kind: run.stopped ?? 'cancelled' }
    return outcome.kind === 'done' ? { ...outcome, loadMs: outcome.timings.load ?? 0 } : outcome
  } catch (error) {
    return { kind: 'failed', error: toAppError(error) }
  } finally {
    run.isOver = true
  }
}

/** `chance` as for endingAfterAttempt. The store holds accepted cancels too, and decides in the same way. */
export function endingOf(
  { stopped }: Pick<Run, 'stopped'>,
  claim: Claim,
  outcome: AttemptOutcome,
  chance: number,
): Ending {
  const ending = endingAfterAttempt(claim, outcome, chance)
  return stopped === 'cancelled' ? endingAfterCancel(ending) : ending
}

/** Records the times of a finished run other than those of its steps. */
export function recordSpeeds(speeds: Speeds, run: Run, loadMs: number, nowMs: number): void {
  const { job, device, isWarm } = run
  speeds.recordLoad(device.name, job, isWarm, loadMs)
  speeds.recordOverhead(device.name, job, run.overheadMs(nowMs, loadMs))
}

/** Logs a failed attempt with the job's next state. */
export function logFailure(log: Logger, run: Run, claim: Claim, error: AppError, ending: Ending): void {
  const { jobId, attempt } = claim
  const fields = { jobId, attempt, device: run.device.name, error: error.message, next: ending.state }
  log.warn(fields, 'an attempt failed')
}

/** Returns a running job to the queue without counting an attempt. */
export async function returnToQueue(
  run: Run,
  { store, clock }: Pick<AttemptParts, 'store' | 'clock'>,
): Promise<void> {
  const { claim, startedMs } = run
  const ending = claim && endingOf(run, claim, { kind: 'released' }, 0)
  if (claim && ending) await store.end(claim, ending, clock.monotonicMs() - startedMs)
}

/**
 * Records the ending of a claim. While the disk is full, the device keeps its result and waits `pauseMs` between two tries, and each
 * try takes the current ending. Undefined if the attempt was given up meanwhile. Rejects if the ending cannot be recorded.
 */
export async function recordEnding(
  { store, clock, log, pauseMs }: Pick<AttemptParts, 'store' | 'clock'> & { log: Logger; pauseMs: number },
  claim: Claim,
  { endingNow, runMs, isStopping }: { endingNow: () => Ending; runMs: number; isStopping: () => boolean },
): Promise<Ending | undefined> {
  for (;;) {
    try {
      return await store.end(claim, endingNow(), runMs)
    } catch (error) {
      const fault = toAppError(error)
      if (isStopping() || fault.code !== 'storage') throw fault
      log.error({ jobId: claim.jobId, error: fault.message }, 'an ending could not be recorded yet')
    }
    await new Promise<void>(resolve => clock.after(pauseMs, resolve))
  }
}
