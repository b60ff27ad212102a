/** Timesteps at equal distances over the whole training range, without the last one; Stability's generative-models. */
import { linspace } from '../arithmetic.ts'
import { sigmaAtInLogs } from '../noise/timesteps.ts'
import type { SigmaSchedule } from '../schedule.ts'

export const sgmUniform: SigmaSchedule = {
  name: 'sgm_uniform',
  label: 'SGM Uniform',
  sigmas(training, steps) {
    const timesteps = linspace(training.sigmas.length - 1, 0, steps + 1).slice(0, -1)
    return [...timesteps.map(t => sigmaAtInLogs(training, t)), 0]
  },
}
