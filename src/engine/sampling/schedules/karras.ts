/** Karras et al. 2022, equation 5: σ^(1/ρ) decreases linearly. The paper's ρ is 7. */
import { linspace } from '../arithmetic.ts'
import { maxSigma, minSigma, type SigmaSchedule } from '../schedule.ts'

export const karras: SigmaSchedule = karrasSchedule(7)

export function karrasSchedule(rho: number): SigmaSchedule {
  return {
    name: 'karras',
    label: 'Karras',
    sigmas: (training, steps) => [...karrasSigmas(minSigma(training), maxSigma(training), steps, rho), 0],
  }
}

/** `steps` sigmas, both ends included. */
export function karrasSigmas(least: number, most: number, steps: number, rho = 7): number[] {
  return linspace(most ** (1 / rho), least ** (1 / rho), steps).map(root => root ** rho)
}
