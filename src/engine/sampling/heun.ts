/**
 * Heun. Matches diffusers' HeunDiscreteScheduler; Karras et al. 2022, algorithm 1.
 * Two model calls per step but the last: an Euler step, then the slope at its end, then the step again with the mean.
 * Limits: no churn.
 */
import { at, combine } from './arithmetic.ts'
import { noiseSchedule } from './noise-schedule.ts'
import type { SamplerKind } from './sampler.ts'
import { advance, cleanExploding, explodingSpace, slopeAt } from './spaces.ts'
import { chosenRangeLadder } from './timesteps.ts'
import { twoCallsPerStep } from './two-calls.ts'

export const heun: SamplerKind = {
  name: 'heun',
  label: 'Heun',
  diffusersClass: 'HeunDiscreteScheduler',
  sigmas: ['karras', 'exponential', 'beta'],
  create(config, steps) {
    const ladder = chosenRangeLadder(config, noiseSchedule(config, true), steps)
    const timesteps = twoCallsPerStep(ladder.timesteps, ladder.timesteps.slice(1))
    const sigmas = twoCallsPerStep(ladder.sigmas.slice(0, -1), ladder.sigmas.slice(1, -1))
    let first: { latents: Float32Array; slope: Float32Array } | undefined
    return {
      ...explodingSpace(config, timesteps, sigmas, 2),
      step(output, i, latents) {
        const sigma = at(sigmas, i)
        const clean = cleanExploding(config.prediction, sigma, output, latents)
        const slope = slopeAt(sigma, latents, clean)
        const from = at(ladder.sigmas, i >> 1)
        const to = at(ladder.sigmas, (i >> 1) + 1)
        if (i % 2 === 0 || !first) {
          first = { latents, slope }
          return { latents: advance(latents, slope, from, to), predictedClean: clean }
        }
        const mean = combine([0.5, first.slope], [0.5, slope])
        const next = advance(first.latents, mean, from, to)
        first = undefined
        return { latents: next, predictedClean: clean }
      },
    }
  },
}
