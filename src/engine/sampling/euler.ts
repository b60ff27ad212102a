/**
 * Euler. Matches diffusers' EulerDiscreteScheduler; Karras et al. 2022, algorithm 1 without its second-order correction.
 * Limits: no churn (s_churn 0); linear interpolation of sigmas only.
 */
import { at } from './arithmetic.ts'
import { noiseSchedule } from './noise-schedule.ts'
import type { SamplerKind } from './sampler.ts'
import { advance, cleanExploding, explodingSpace, slopeAt } from './spaces.ts'
import { chosenRangeLadder } from './timesteps.ts'

export const euler: SamplerKind = {
  name: 'euler',
  label: 'Euler',
  diffusersClass: 'EulerDiscreteScheduler',
  sigmas: ['karras', 'exponential', 'beta'],
  create(config, steps) {
    const { timesteps, sigmas } = chosenRangeLadder(config, noiseSchedule(config, true), steps)
    return {
      ...explodingSpace(config, timesteps, sigmas),
      step(output, i, latents) {
        const sigma = at(sigmas, i)
        const clean = cleanExploding(config.prediction, sigma, output, latents)
        const slope = slopeAt(sigma, latents, clean)
        return { latents: advance(latents, slope, sigma, at(sigmas, i + 1)), predictedClean: clean }
      },
    }
  },
}
