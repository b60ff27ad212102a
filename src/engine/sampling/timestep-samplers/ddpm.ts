/**
 * DDPM. Matches diffusers' DDPMScheduler with variance_type fixed_small, fixed_small_log or fixed_large; Ho et al. 2020, equations 7 and 15,
 * over the timesteps of the run. Noise is drawn while t > 0. Limits: thresholding with sample_max_value 1 alone, no learned variance.
 */
import { at, combine } from '../arithmetic.ts'
import { levelAt, levelOfAlpha } from '../preconditioning.ts'
import type { TimestepSampler } from '../sampler.ts'
import { trainingFrame, trainingPreconditioning, trainingSteps } from './training-steps.ts'

/** The reference's lower bound of a variance. */
const leastVariance = 1e-20

const f = Math.fround

export const ddpm: TimestepSampler = {
  name: 'ddpm',
  label: 'DDPM',
  diffusersClass: 'DDPMScheduler',
  sigmas: [],
  create(config, steps) {
    const network = trainingPreconditioning(config)
    const { timesteps, levels } = trainingSteps(config, steps)
    return {
      ...trainingFrame(network, timesteps, levels),
      step(output, i, latents, draw) {
        const from = levelAt(levels, i)
        const to = levels[i + 1] ?? levelOfAlpha(1)
        const clean = network.clean(output, from, latents)
        /** α_t of this step alone; β_t = 1 - α_t. In float32 as in the reference: β_t is small, and its rounding shows. */
        const alpha = f(f(from.alpha ** 2) / f(to.alpha ** 2))
        const beta = 1 - alpha
        const terms: (readonly [number, Float32Array])[] = [
          [(to.alpha * beta) / from.sigma ** 2, clean],
          [(Math.sqrt(alpha) * to.sigma ** 2) / from.sigma ** 2, latents],
        ]
        if (at(timesteps, i) > 0) {
          const least = Math.max((to.sigma / from.sigma) ** 2 * beta, leastVariance)
          const variance = config.hasLargeVariance ? beta : least
          terms.push([Math.sqrt(variance), draw()])
        }
        return { latents: combine(...terms), predictedClean: clean }
      },
    }
  },
}
