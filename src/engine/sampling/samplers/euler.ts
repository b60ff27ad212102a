/**
 * Euler. Matches diffusers' EulerDiscreteScheduler and k-diffusion's sample_euler; Karras et al. 2022, algorithms 1 and 2
 * without their second-order correction. Uses churn and noiseFactor.
 */
import { at } from '../arithmetic.ts'
import { churnSteps } from '../churn.ts'
import { chosenRange } from '../noise/diffusers-levels.ts'
import { callFrame } from '../noise/noise-levels.ts'
import { advance, explodingLevel, slopeAt } from '../preconditioning.ts'
import type { LevelSampler } from '../sampler.ts'

export const euler: LevelSampler = {
  name: 'euler',
  label: 'Euler',
  diffusersClass: 'EulerDiscreteScheduler',
  sigmas: ['karras', 'exponential', 'beta'],
  noiseOptions: ['churn'],
  levels: chosenRange,
  rule(run, options) {
    const { sigmas } = run
    const { from, timesteps, levels, method } = churnSteps(run, options)
    return {
      ...callFrame(run, { order: 1, timesteps, levels: run.levels, evaluationLevels: levels }),
      ...method,
      step(output, i, latents) {
        const sigma = at(from, i)
        const clean = run.preconditioning.clean(output, explodingLevel(sigma), latents)
        const slope = slopeAt(sigma, latents, clean)
        return { latents: advance(latents, slope, sigma, at(sigmas, i + 1)), predictedClean: clean }
      },
    }
  },
}
