/**
 * DPM2. Matches diffusers' KDPM2DiscreteScheduler; Karras et al. 2022 with DPM-Solver-2's middle point
 * (Lu et al. 2022): a look at the geometric mean of two sigmas, then the whole step with the slope found there.
 * Limits: no churn.
 */
import { at } from './arithmetic.ts'
import { noiseSchedule } from './noise-schedule.ts'
import type { SamplerKind } from './sampler.ts'
import { advance, cleanExploding, explodingSpace, slopeAt } from './spaces.ts'
import { chosenRangeLadder, roundedIfKarras, timestepOf } from './timesteps.ts'
import { twoCallsPerStep } from './two-calls.ts'

export const dpm2: SamplerKind = {
  name: 'dpm2',
  label: 'DPM2',
  diffusersClass: 'KDPM2DiscreteScheduler',
  sigmas: ['karras', 'exponential', 'beta'],
  create(config, steps) {
    const schedule = noiseSchedule(config, true)
    const ladder = chosenRangeLadder(config, schedule, steps)
    const froms = ladder.sigmas.slice(0, -1)
    const tos = ladder.sigmas.slice(1)
    /** Middle of each step; of the last it is 0, since its target is. */
    const middles = froms.map((from, k) => Math.sqrt(from * at(tos, k)))
    const innerMiddles = middles.slice(0, -1)

    const timesteps = twoCallsPerStep(
      roundedIfKarras(config, ladder.timesteps),
      innerMiddles.map(sigma => timestepOf(schedule, sigma)),
    )
    const sigmas = twoCallsPerStep(froms, tos.slice(0, -1))
    const inputSigmas = twoCallsPerStep(froms, innerMiddles)
    let start: Float32Array | undefined
    return {
      ...explodingSpace(config, timesteps, sigmas, 2, inputSigmas),
      step(output, i, latents) {
        const sigma = at(inputSigmas, i)
        const clean = cleanExploding(config.prediction, sigma, output, latents)
        const from = at(froms, i >> 1)
        const slope = slopeAt(sigma, latents, clean)
        if (i % 2 === 0 || !start) {
          start = latents
          const middle = advance(latents, slope, from, at(middles, i >> 1))
          return { latents: middle, predictedClean: clean }
        }
        const next = advance(start, slope, from, at(tos, i >> 1))
        start = undefined
        return { latents: next, predictedClean: clean }
      },
    }
  },
}
