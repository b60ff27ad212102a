/** ln σ = ln σ_min + r^ρ·(ln σ_max - ln σ_min), with r linear from 1 to 0. Both UIs use ρ = 1, which is exponential. */
import { linspace } from '../arithmetic.ts'
import { maxSigma, minSigma, type SigmaSchedule } from '../schedule.ts'

export const polyexponential: SigmaSchedule = polyexponentialSchedule(1)

export function polyexponentialSchedule(rho: number): SigmaSchedule {
  return {
    name: 'polyexponential',
    label: 'Polyexponential',
    sigmas(training, steps) {
      const least = Math.log(minSigma(training))
      const most = Math.log(maxSigma(training))
      return [...linspace(1, 0, steps).map(r => Math.exp(least + r ** rho * (most - least))), 0]
    },
  }
}
