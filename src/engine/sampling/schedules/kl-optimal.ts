/** "Align Your Steps", Sabour et al. 2024, theorem 3.1: arctan σ decreases linearly. ComfyUI ends at 0, A1111 at σ_min. */
import { linspace } from '../arithmetic.ts'
import { maxSigma, minSigma, type SigmaSchedule } from '../schedule.ts'

export const klOptimal: SigmaSchedule = {
  name: 'kl_optimal',
  label: 'KL Optimal',
  sigmas: (training, steps) => [...evenAngles(minSigma(training), maxSigma(training), steps), 0],
}

export const klOptimalA1111: SigmaSchedule = {
  name: 'kl_optimal_a1111',
  label: 'KL Optimal (A1111)',
  sigmas: (training, steps) => evenAngles(minSigma(training), maxSigma(training), steps + 1),
}

function evenAngles(least: number, most: number, count: number): number[] {
  return linspace(Math.atan(most), Math.atan(least), count).map(Math.tan)
}
