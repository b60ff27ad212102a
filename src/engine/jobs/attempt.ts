/** One attempt at a job on a device, and what it teaches about the device's speed. */
import { toAppError } from '../../errors/errors.ts'
import type { Clock } from '../../system/ports.ts'
import type { Run } from './run.ts'
import type { Claim, JobStore } from './store.ts'
import type { Speeds } from './times/speeds.ts'
import { isSuspect, type TryOutcome } from './verdict.ts'

export interface AttemptParts {
  store: JobStore
  clock: Clock
  speeds: Speeds
  onProgress: () => void
}

/** Runs the job to its end on its device. Never rejects: whatever is thrown is a failed attempt. */
export async function attempt(run: Run, claim: Claim, parts: AttemptParts): Promise<TryOutcome> {
  const { store, clock, speeds, onProgress } = parts
  const { job, device } = run
  try {
    const sources = await store.sources(claim.order)
    const outcome = await device.run(claim.order, job.modelHash, sources, {
      isolated: isSuspect(claim),
      signal: run.abort.signal,
      onLoading: () => run.loading(),
      onStep: (step, steps, preview) => {
        const stepMs = run.stepped(step, steps, preview, clock.monotonicMs())
        if (stepMs !== undefined) speeds.stepped(device.name, job, stepMs)
        onProgress()
      },
    })
    if (outcome.kind === 'cancelled') return { kind: run.stopped ?? 'cancelled' }
    return outcome.kind === 'done' ? { ...outcome, loadMs: outcome.timings.load ?? 0 } : outcome
  } catch (error) {
    return { kind: 'failed', error: toAppError(error) }
  }
}

/** Records what a finished run took besides its steps. */
export function learn(speeds: Speeds, run: Run, loadMs: number, nowMs: number): void {
  const { job, device, isWarm } = run
  speeds.loaded(device.name, job, isWarm, loadMs)
  speeds.rested(device.name, job, run.restMs(nowMs, loadMs))
}
