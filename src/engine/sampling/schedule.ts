/** The interface of schedules: a rule for the sigmas of a run, independent of the sampler. */
import { at } from './arithmetic.ts'
import type { TrainingNoise } from './noise/noise-schedule.ts'

/**
 * A schedule of k-diffusion and the UIs.
 *
 * @example
 * karras.sigmas(trainingNoiseOf(sdxlSchedule), 20) // 21 sigmas, the last one 0
 */
export interface SigmaSchedule {
  /** Stable identifier: in requests and metadata. */
  readonly name: string
  /** For people. */
  readonly label: string
  /**
   * σ from noisy to clean. The last one ends the run and is 0, unless a schedule documents another value.
   * There are `steps` + 1 sigmas. Schedules that select training sigmas may give more or fewer.
   */
  sigmas(training: TrainingNoise, steps: number): number[]
}

export function minSigma({ sigmas }: TrainingNoise): number {
  return at(sigmas, 0)
}

export function maxSigma({ sigmas }: TrainingNoise): number {
  return at(sigmas, sigmas.length - 1)
}
