/**
 * Latent consistency. Matches diffusers' LCMScheduler; Luo et al. 2023. Each call jumps to clean latents, through the
 * boundary condition x0 = c_out·x0_predicted + c_skip·x. Every call except the last adds noise for the next timestep.
 * Limits: thresholding with sample_max_value 1 alone.
 */
import { at, combine } from '../arithmetic.ts'
import { levelAt } from '../preconditioning.ts'
import type { TimestepSampler } from '../sampler.ts'
import {
  distilledTimesteps,
  onTrainingSteps,
  trainingFrame,
  trainingPreconditioning,
} from './training-steps.ts'

/** Standard deviation of the data in the paper on consistency models. */
const sigmaData = 0.5

export const lcm: TimestepSampler = {
  name: 'lcm',
  label: 'LCM',
  diffusersClass: 'LCMScheduler',
  sigmas: [],
  create(config, steps) {
    const network = trainingPreconditioning(config)
    const { timesteps, levels } = onTrainingSteps(config, distilledTimesteps(config, steps))
    return {
      ...trainingFrame(network, timesteps, levels),
      step(output, i, latents, draw) {
        const predicted = network.clean(output, levelAt(levels, i), latents)
        const scaled = at(timesteps, i) * config.timestepScaling
        const spread = scaled ** 2 + sigmaData ** 2
        const clean = combine([scaled / Math.sqrt(spread), predicted], [sigmaData ** 2 / spread, latents])
        if (i === timesteps.length - 1) return { latents: clean, predictedClean: clean }
        const to = levelAt(levels, i + 1)
        return { latents: combine([to.alpha, clean], [to.sigma, draw()]), predictedClean: clean }
      },
    }
  },
}
