/** What a schedule is: a rule that says which sigmas a run goes through, whichever sampler goes through them. */
import { at } from '../arithmetic.ts'
import type { TrainingNoise } from '../noise-schedule.ts'

/** A schedule of k-diffusion and the UIs. */
export interface SigmaSchedule {
  /** Stable identifier: in requests and metadata. */
  readonly name: string
  /** For people. */
  readonly label: string
  /**
   * σ from noisy to clean; the last one is where the run ends, 0 but for what a schedule says of itself.
   * One more than `steps`, but for the schedules that visit training sigmas and may find more or fewer.
   */
  sigmas(training: TrainingNoise, steps: number): number[]
}

export function leastSigma({ sigmas }: TrainingNoise): number {
  return at(sigmas, 0)
}

export function mostSigma({ sigmas }: TrainingNoise): number {
  return at(sigmas, sigmas.length - 1)
}
