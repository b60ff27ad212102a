/** Timesteps spread evenly over the whole training, of which the last is left out; Stability's generative-models. */
import { linspace } from '../arithmetic.ts'
import { sigmaAtInLogs } from '../timesteps.ts'
import type { SigmaSchedule } from './schedule.ts'

export const sgmUniform: SigmaSchedule = {
  name: 'sgm_uniform',
  label: 'SGM Uniform',
  sigmas(training, steps) {
    const timesteps = linspace(training.sigmas.length - 1, 0, steps + 1).slice(0, -1)
    return [...timesteps.map(t => sigmaAtInLogs(training, t)), 0]
  },
}
