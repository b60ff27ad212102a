/** The exponential schedule: ln σ decreases linearly. */
import { linspace } from '../arithmetic.ts'
import { maxSigma, minSigma, type SigmaSchedule } from '../schedule.ts'

export const exponential: SigmaSchedule = {
  name: 'exponential',
  label: 'Exponential',
  sigmas: (training, steps) => [...exponentialSigmas(minSigma(training), maxSigma(training), steps), 0],
}

/** `steps` sigmas, both ends included. */
export function exponentialSigmas(least: number, most: number, steps: number): number[] {
  return linspace(Math.log(most), Math.log(least), steps).map(Math.exp)
}
