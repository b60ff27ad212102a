/** "Beta Sampling is All You Need", Lee et al. 2024: σ at quantiles of Beta(0.6, 0.6), as in diffusers and A1111. */
import { linspace } from '../arithmetic.ts'
import { betaQuantile } from '../noise/beta-quantile.ts'
import { maxSigma, minSigma, type SigmaSchedule } from '../schedule.ts'

export const beta: SigmaSchedule = {
  name: 'beta',
  label: 'Beta',
  sigmas: (training, steps) => [...betaSigmas(minSigma(training), maxSigma(training), steps), 0],
}

/** `steps` sigmas, both ends included. */
export function betaSigmas(least: number, most: number, steps: number): number[] {
  return linspace(1, 0, steps).map(share => least + betaQuantile(share, 0.6, 0.6) * (most - least))
}
