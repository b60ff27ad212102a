/** Timesteps at equal distances over the whole training range, both ends included; A1111's Uniform. */
import { linspace } from '../arithmetic.ts'
import { sigmaAtInLogs } from '../noise/timesteps.ts'
import type { SigmaSchedule } from '../schedule.ts'

export const normal: SigmaSchedule = {
  name: 'normal',
  label: 'Normal',
  sigmas(training, steps) {
    const timesteps = linspace(training.sigmas.length - 1, 0, steps)
    return [...timesteps.map(t => sigmaAtInLogs(training, t)), 0]
  },
}
